"""A workbook on its way: blocks of rows, the sheet they belong to, and at the end the workbook without its sheets.

Invariants: a piece is small, so that a full sheet never stands in the memory twice; the same pieces come from this
process and from the child of ``trajecta.io.apart``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from trajecta.io.files import content_of
from trajecta.io.kinds import Kind, kind_of
from trajecta.io.workbook import CellValue, Rows, Sheet, Workbook, fingerprint_of, trimmed

Piece = Rows | Sheet | Workbook
Told = Callable[[str], None]  # hears what is being done, in words for the user


def silent(_: str) -> None:
    """Tell nobody."""


def pieces_of(file: Path, told: Told = silent) -> Iterator[Piece]:
    """The pieces of a file; OpenError as ``read_workbook``."""
    told(f"Reading {file.name}…")
    content = content_of(file)
    kind, notes = kind_of(file, content)
    if kind is Kind.TEXT:
        # Each reader is imported when needed, so that a text file does not pay for the workbook reader.
        from trajecta.io.delimited import text_pieces

        pieces = text_pieces(file, content, told)
    elif kind in (Kind.ODS, Kind.FLAT_ODS):
        from trajecta.io.ods import ods_pieces

        pieces = ods_pieces(file, content, kind, told)
    else:
        from trajecta.io.excel import excel_pieces

        pieces = excel_pieces(file, content, kind, told)
    fingerprint = fingerprint_of(content)
    del content
    for piece in pieces:
        if isinstance(piece, Workbook):
            yield replace(piece, fingerprint=fingerprint, notes=(*notes, *piece.notes, *_open_elsewhere(file)))
        else:
            yield piece


def assembled(pieces: Iterable[Piece]) -> Workbook:
    """The workbook that these pieces make. Raises OpenError if none of its sheets has a cell with content."""
    rows: list[tuple[CellValue, ...]] = []
    sheets: list[Sheet] = []
    for piece in pieces:
        if isinstance(piece, Sheet):
            sheets.append(replace(piece, rows=trimmed(rows)))
            rows = []
        elif isinstance(piece, Workbook):
            return replace(piece, sheets=tuple(sheets))
        else:
            rows.extend(piece)
    raise ValueError("the pieces end without a workbook")


def _open_elsewhere(file: Path) -> tuple[str, ...]:
    """A note if Excel has the workbook open: what is on the disk may be older than what the user sees there."""
    try:
        if (file.parent / f"~${file.name}").exists():
            return (f"{file.name} seems to be open in Excel; what was last saved has been read.",)
    except OSError:  # the folder went away, or the longer name is too long
        return ()
    return ()
