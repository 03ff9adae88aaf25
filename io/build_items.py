"""Item columns of a weighted index: checked against the total that the sheet states, never used to change it.

Invariant: a total is only called different when every item of the instrument is there, or when the items that are
there already exceed it.
"""

from trajecta.io.build_rows import PatientRow
from trajecta.io.cells import Found, read_cell
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.instruments import Instrument, Item, instrument_for, item_for


def check_items(sheet: Sheet, mapping: SheetMapping, rows: list[PatientRow], log: IssueLog) -> None:
    """Compare the sum of the items with the total, row by row and visit by visit of one sheet."""
    totals: dict[tuple[str, str], ColumnMapping] = {}
    for column in mapping.having(Field.MEASURE):
        named = instrument_for(column.measure_name)  # the total may be called SLEDAI beside items of SLEDAI-2K
        totals.setdefault((named.name if named else column.measure_name, column.visit), column)
    groups: dict[tuple[str, str], list[tuple[ColumnMapping, Item]]] = {}
    for column in mapping.having(Field.ITEM):
        found = item_for(column.item)
        if found is not None:
            groups.setdefault((column.measure_name, column.visit), []).append((column, found[1]))
    for place, items in groups.items():
        total, instrument = totals.get(place), instrument_for(place[0])
        if total is None or instrument is None:
            continue
        for row in rows:
            _check_row(sheet, row, total, instrument, items, log)


def _check_row(
    sheet: Sheet,
    row: PatientRow,
    total: ColumnMapping,
    instrument: Instrument,
    items: list[tuple[ColumnMapping, Item]],
    log: IssueLog,
) -> None:
    stated = read_cell(row.cells[total.column - 1])
    if stated.found is not Found.NUMBER or stated.value is None:
        return
    points = [_points(row.cells[column.column - 1], item) for column, item in items]
    known = [p for p in points if p is not None]
    complete = len(known) == len({item.key for _, item in items}) == len(instrument.items)
    summed = sum(known)
    if summed == stated.value or (summed < stated.value and not complete):
        return
    where = sheet.ref(row.row, total.column)
    log.warning(
        where,
        f"{where} says {stated.text}, but the items of {instrument.name} in its row add up to {summed:g}; "
        "the total is used as it stands.",
        "Is the total or an item wrong?",
        "a total that differs from its items",
    )


def _points(value: CellValue, item: Item) -> float | None:
    """What an item adds: its weight for yes or for the weight itself, 0 for no, None for anything else."""
    read = read_cell(value)
    if read.value is None:
        return None
    if read.found is Found.YES_NO or read.value == 1.0:
        return item.weight * read.value
    return read.value if read.value in (0.0, item.weight) else None
