"""Data and nothing else: instruments, drugs, icons, fonts, demo workbooks; this module only says where they lie."""

from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed TOML table ``resources/<name>.toml``; callers must not change what they get."""
    import tomllib  # here, because the first paint of the window needs paths from this module but no table

    return tomllib.loads((ROOT / f"{name}.toml").read_text("utf-8"))
