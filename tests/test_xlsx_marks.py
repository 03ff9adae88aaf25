"""Comments, fill colours and struck cells of a workbook as Excel writes them, held against openpyxl's own writing."""

from io import BytesIO
from typing import ClassVar

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from trajecta.io.package import opened_package
from trajecta.io.xlsx_marks import cell_styles, comments_of, marked_cells, theme_colours


def package_of(book: openpyxl.Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_fills_strikes_and_comments_are_found() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [("id", "SLEDAI"), ("P1", 4), ("P2", 9), ("P3", None)]:
        sheet.append(row)
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFFFF00")
    sheet["B4"].fill = PatternFill("solid", fgColor=Color(theme=5, tint=0.4))
    sheet["A2"].fill = PatternFill("solid", fgColor="FFFFFFFF")
    sheet["B3"].font = Font(strike=True)
    sheet["B3"].comment = Comment("patient was\noff steroids", "MA")
    with opened_package("a.xlsx", package_of(book)) as package:
        theme = theme_colours(package.read("xl/theme/theme1.xml"))
        styles = cell_styles(package.read("xl/styles.xml"), theme)
        fills, struck = marked_cells(package.read("xl/worksheets/sheet1.xml"), styles)
        comments = comments_of(package, "xl/worksheets/sheet1.xml")
    assert theme[4:6] == ("#4F81BD", "#C0504D")
    assert fills == {(2, 2): "#FFFF00", (4, 2): "#D99694"}  # Excel shows accent 2 “lighter 40 %” as D99694
    assert struck == {(3, 2)}
    assert comments == {(3, 2): "patient was off steroids"}


def test_a_plain_workbook_has_none() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("id", 1))
    with opened_package("a.xlsx", package_of(book)) as package:
        styles = cell_styles(package.read("xl/styles.xml"))
        assert not styles.any
        assert comments_of(package, "xl/worksheets/sheet1.xml") == {}
        assert marked_cells(package.read("xl/worksheets/sheet1.xml"), styles) == ({}, frozenset())


def test_threaded_comments_come_before_their_old_form() -> None:
    threaded = (
        b'<ThreadedComments xmlns="x"><threadedComment ref="C7"><text>pulse on day 2</text></threadedComment>'
        b'<threadedComment ref="C7" parentId="1"><text>confirmed</text></threadedComment></ThreadedComments>'
    )
    old = (
        b'<comments><commentList><comment ref="C7"><text><t>[Threaded comment] your version</t></text>'
        b"</comment></commentList></comments>"
    )
    links = (
        b'<Relationships><Relationship Id="r1" Type="x/comments" Target="../comments1.xml"/>'
        b'<Relationship Id="r2" Type="y/threadedComment" Target="../threaded1.xml"/></Relationships>'
    )

    class Parts:
        held: ClassVar[dict[str, bytes]] = {
            "xl/worksheets/_rels/s.xml.rels": links,
            "xl/comments1.xml": old,
            "xl/threaded1.xml": threaded,
        }

        def __contains__(self, path: str) -> bool:
            return path in self.held

        def read(self, path: str) -> bytes:
            return self.held[path]

    assert comments_of(Parts(), "xl/worksheets/s.xml") == {(7, 3): "pulse on day 2 / confirmed"}  # type: ignore[arg-type]
