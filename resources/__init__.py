"""Data and nothing else: instruments, drugs, icons, fonts, demo workbooks; this module finds files and reads tables."""

import marshal
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed TOML table ``resources/<name>.toml``; callers must not change what they get.

    Parsing takes a tenth of a whole command. So the parsed table is kept as Python keeps its modules: in
    ``__pycache__``, with time and size of its file, and only where that can be written.
    """
    # Here, because the first paint of the window needs paths from this module but no table.
    from importlib.util import cache_from_source

    source = ROOT / f"{name}.toml"
    state = source.stat()
    stamp = (state.st_mtime_ns, state.st_size)
    kept = Path(cache_from_source(str(source)))
    parsed: dict[str, Any]
    try:
        known, parsed = marshal.loads(kept.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):
        known = None  # not kept yet, or cut short
    if known == stamp:
        return parsed

    import tomllib

    parsed = tomllib.loads(source.read_text("utf-8"))
    if not sys.dont_write_bytecode:
        part = kept.with_suffix(f".{os.getpid()}")
        try:
            kept.parent.mkdir(exist_ok=True)
            part.write_bytes(marshal.dumps((stamp, parsed)))
            part.replace(kept)  # whole or not at all: two programs may start at once
        except (OSError, ValueError):  # nowhere to write, or a date in the table
            with suppress(OSError):
                part.unlink()
    return parsed
