"""Saving a figure as a file: the registry of formats, and writing that succeeds whole or leaves everything as it was.

Invariants: works without a display; an application that runs is never touched; a new format is one entry here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from trajecta.io.atomic import write_atomically
from trajecta.io.bitmap import png_bytes, tiff_bytes
from trajecta.io.eps import eps_bytes
from trajecta.io.errors import SaveError
from trajecta.io.fonts import load_fonts
from trajecta.io.pdf import pdf_bytes
from trajecta.io.pptx import pptx_bytes
from trajecta.io.svg import svg_bytes
from trajecta.stats.figure import Figure


@dataclass(frozen=True, slots=True)
class Format:
    """A file format of figures: name, suffixes without the dot, what it is good for, who makes the bytes."""

    name: str
    suffixes: tuple[str, ...]
    what: str
    make: Callable[[Figure, int], bytes]
    bitmap: bool = False


FORMATS: tuple[Format, ...] = (
    Format("PDF", ("pdf",), "Sharp at any size, text can be selected; what most journals prefer.", pdf_bytes),
    Format("SVG", ("svg",), "Sharp at any size, for Illustrator, Inkscape and the web; text stays text.", svg_bytes),
    Format(
        "EPS",
        ("eps",),
        "For journals that ask for it; letters become outlines, so send PDF where text must be edited.",
        eps_bytes,
    ),
    Format("PNG", ("png",), "For word processors and the web.", png_bytes, bitmap=True),
    Format(
        "TIFF", ("tif", "tiff"), "For journals that ask for bitmaps; compressed without loss.", tiff_bytes, bitmap=True
    ),
    Format(
        "PowerPoint", ("pptx",), "One slide with the figure as a drawing at its true size, and its words.", pptx_bytes
    ),
)

_own_application: list[QGuiApplication] = []  # keeps the application alive that painting_ready made


def painting_ready() -> None:
    """See to it that Qt can paint and knows the fonts: where no application runs, one is made without a display."""
    if QGuiApplication.instance() is None:
        _own_application.append(QGuiApplication(["trajecta", "-platform", "offscreen"]))
    load_fonts()


def format_of(path: Path) -> Format:
    """The format that a file name asks for; SaveError naming the known ones for any other suffix."""
    suffix = path.suffix.lower().removeprefix(".")
    for entry in FORMATS:
        if suffix in entry.suffixes:
            return entry
    known = ", ".join(f".{entry.suffixes[0]}" for entry in FORMATS)
    asked = f"ends in {path.suffix}" if path.suffix else "has no ending"
    raise SaveError(f"The name {path.name} {asked}, which is no figure format. Use one of {known}.")


def export_figure(figure: Figure, path: Path, dpi: int = 600) -> None:
    """Write the figure to ``path`` in the format of its suffix; ``dpi`` matters for bitmaps only.

    An existing file is replaced whole. SaveError with a sentence for an unknown suffix, a missing folder, a place that
    may not be written to, a resolution out of reach.
    """
    path = Path(path)
    entry = format_of(path)
    painting_ready()
    write_atomically(path, entry.make(figure, dpi))
