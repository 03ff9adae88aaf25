"""Templates: the look of a figure under a name, kept in the user's configuration folder and applied to other figures.

Invariants: a template holds sizes and no word, limit or patient of a study; a file is whole or not there; what is
outside the limits of ``stats.charts.edits`` is refused with a sentence, never bent.
"""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from trajecta.io.atomic import write_atomically
from trajecta.io.errors import OpenError, QuestionError, SaveError
from trajecta.stats.charts.edits import LARGEST_SIZE, LEAST_FACTOR, MOST_FACTOR, SMALLEST_SIZE, Density, Style
from trajecta.stats.typeface import Typeface

VERSION = 1
LONGEST_NAME = 60
WIDTHS = (40.0, 500.0)  # mm; what the command line draws


@dataclass(frozen=True, slots=True)
class Template:
    """A named look; ``width_mm`` is the width of the page, None leaves it as it is."""

    name: str
    style: Style = field(default_factory=Style)
    width_mm: float | None = None


def templates_folder() -> Path:
    """Where templates lie, beside the window's settings; the folder need not exist."""
    if sys.platform == "win32" and "APPDATA" in os.environ:
        return Path(os.environ["APPDATA"]) / "Trajecta" / "templates"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "Trajecta" / "templates"


def template_file(name: str) -> Path:
    """The file of the template of this name.

    >>> template_file("Poster 2×").name
    'Poster 2%C3%97.json'
    """
    return templates_folder() / f"{quote(name.strip(), safe=' ')}.json"


def save_template(template: Template) -> Path:
    """Write a template, replacing the one of the same name; SaveError for a name that is empty or too long."""
    name = template.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise SaveError(f"A template needs a name of 1 to {LONGEST_NAME} characters.")
    style = template.style
    content = {
        "trajecta-template": VERSION,
        "name": name,
        "width_mm": template.width_mm,
        "typeface": style.typeface.value,
        "text_size": style.text_size,
        "strokes": style.strokes,
        "symbols": style.symbols,
        "ticks": style.density.value,
    }
    path = template_file(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(f"The template was not saved: {path.parent} cannot be made ({error.strerror}).") from error
    write_atomically(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def read_template(path: Path) -> Template:
    """The template in a file; OpenError with one sentence where it is none or holds what cannot be drawn."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OpenError(f"The template {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise OpenError(f"{path.name} is no template: it holds no JSON. Save the template again.") from error
    if not isinstance(content, dict) or not isinstance(content.get("trajecta-template"), int):
        raise OpenError(f"{path.name} is no template of Trajecta. Save one from the dialog “Style”.")
    if content["trajecta-template"] > VERSION:
        raise OpenError(f"{path.name} was saved by a newer Trajecta. Update the program, or save the template again.")
    size, width = _number(content, "text_size", path), _number(content, "width_mm", path)
    strokes, symbols = (_number(content, key, path) for key in ("strokes", "symbols"))
    density = content.get("ticks", Density.USUAL.value)
    if density not in [known.value for known in Density]:
        raise OpenError(f"{path.name}: there are no ticks “{density}”; fewer, usual and more are known.")
    typeface = content.get("typeface", Typeface.SANS.value)
    typefaces = [known.value for known in Typeface]
    if typeface not in typefaces:
        raise OpenError(f"{path.name}: there is no typeface “{typeface}”; {', '.join(typefaces)} are known.")
    style = Style(size, strokes or 1.0, symbols or 1.0, Density(density), Typeface(typeface))
    return Template(str(content.get("name") or path.stem), style, width)


LIMITS = {
    "text_size": (SMALLEST_SIZE, LARGEST_SIZE),
    "strokes": (LEAST_FACTOR, MOST_FACTOR),
    "symbols": (LEAST_FACTOR, MOST_FACTOR),
    "width_mm": WIDTHS,
}


def _number(content: dict[str, Any], key: str, path: Path) -> float | None:
    """A number of a template within its limits; None where there is none."""
    found = content.get(key)
    if found is None:
        return None
    low, high = LIMITS[key]
    if isinstance(found, bool) or not isinstance(found, int | float) or not low <= found <= high:
        raise OpenError(f"{path.name}: “{key}” is {found}; it can be {low:g} to {high:g}.")
    return float(found)


def templates() -> tuple[Template, ...]:
    """The saved templates by name; files that are none are passed over."""
    found: list[Template] = []
    for path in sorted(templates_folder().glob("*.json")):
        try:
            found.append(read_template(path))
        except OpenError:
            continue
    return tuple(sorted(found, key=lambda template: template.name.casefold()))


def delete_template(name: str) -> None:
    """Remove a template; one that is gone already is no error. SaveError where the file cannot be removed."""
    try:
        template_file(name).unlink(missing_ok=True)
    except OSError as error:
        raise SaveError(f"The template “{name}” was not removed: {error.strerror}.") from error


def find_template(wanted: str) -> Template:
    """The template of this name, or in this file; QuestionError naming those that there are."""
    for template in templates():
        if template.name.casefold() == wanted.strip().casefold():
            return template
    path = Path(wanted)
    if path.is_file():
        return read_template(path)
    names = ", ".join(f"“{template.name}”" for template in templates())
    there = f"there are {names}" if names else "none is saved yet"
    raise QuestionError(f"There is no template “{wanted}”, neither by name nor as a file; {there}.")
