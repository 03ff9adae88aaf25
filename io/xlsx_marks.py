"""What people say with a cell besides its value: a comment, a fill colour, a line struck through it.

Invariants: only what stands in the package is read; a colour is ``#RRGGBB`` where it is known, else a name that stays
the same within the workbook; white and no fill are no colour; nothing is given a meaning here.
"""

import re
from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass, field

from trajecta.io.package import Package, elements, relations

Places = dict[tuple[int, int], str]

# More is decoration or a machine's work, which nobody reads one by one.
MOST_MARKS = 20_000
# Excel's fixed palette begins with these; the others are rarely used and get their number as a name.
_INDEXED = ("#000000", "#FFFFFF", "#FF0000", "#00FF00", "#0000FF", "#FFFF00", "#FF00FF", "#00FFFF")
# The order in which cells name the colours of a theme; the theme itself lists dark before light.
_THEME_ORDER = (1, 0, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11)
_NO_COLOUR = ("#FFFFFF", "")


@dataclass(frozen=True, slots=True)
class CellStyles:
    """By the number of a cell style: the fill colour, and whether the text is struck through."""

    fills: dict[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether any style says more than the plain one."""
        return bool(self.fills or self.struck)


def cell_styles(xml: bytes, theme: Sequence[str] = ()) -> CellStyles:
    """The styles of ``styles.xml`` that fill a cell with a colour or strike its text through."""
    reader = _StyleReader(theme)
    elements(xml, reader.start, reader.end)
    fills = {
        str(at): reader.fills[fill]
        for at, (_, fill) in enumerate(reader.formats)
        if fill < len(reader.fills) and reader.fills[fill] not in _NO_COLOUR
    }
    struck = frozenset(
        str(at) for at, (font, _) in enumerate(reader.formats) if font < len(reader.fonts) and reader.fonts[font]
    )
    return CellStyles(fills, struck)


class _StyleReader:
    """Collects fonts, fills and the formats of cells, in their order."""

    def __init__(self, theme: Sequence[str]) -> None:
        self.fonts: list[bool] = []
        self.fills: list[str] = []
        self.formats: list[tuple[int, int]] = []
        self._theme = theme
        self._within: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element in."""
        parent = self._within[-1] if self._within else ""
        self._within.append(tag)
        if tag == "font" and parent == "fonts":
            self.fonts.append(False)
        elif tag == "strike" and parent == "font" and "fonts" in self._within:
            self.fonts[-1] = attributes.get("val", "1") not in ("0", "false")
        elif tag == "fill" and parent == "fills":
            self.fills.append("")
        elif tag == "fgColor" and parent == "patternFill" and "fills" in self._within:
            self.fills[-1] = self.fills[-1] and _colour(attributes, self._theme)
        elif tag == "patternFill" and parent == "fill" and "fills" in self._within:
            # A pattern of two colours is told by its first one.
            self.fills[-1] = "" if attributes.get("patternType", "none") in ("none", "gray125") else "?"
        elif tag == "xf" and parent == "cellXfs":
            self.formats.append((int(attributes.get("fontId", 0)), int(attributes.get("fillId", 0))))

    def end(self, _: str) -> None:
        """Leave an element."""
        self._within.pop()


def _colour(attributes: dict[str, str], theme: Sequence[str]) -> str:
    if "rgb" in attributes:
        return "#" + attributes["rgb"][-6:].upper()
    if "theme" in attributes:
        number = int(attributes["theme"])
        at = _THEME_ORDER[number] if number < len(_THEME_ORDER) else number
        if at < len(theme):
            return _tinted(theme[at], float(attributes.get("tint", 0)))
        return f"theme colour {number}"
    number = int(attributes.get("indexed", 64))
    if number == 64:  # the colour of the window's ground
        return ""
    return _INDEXED[number % 8] if number < 16 else f"palette colour {number}"


def _tinted(colour: str, tint: float) -> str:
    """A theme colour made lighter (tint above 0) or darker, as the file format says: in its lightness.

    >>> _tinted("#4472C4", 0.0), _tinted("#FF0000", 0.5), _tinted("#FF0000", -0.5)
    ('#4472C4', '#FF8080', '#800000')
    """
    if not tint:
        return colour
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, strong = rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "#" + "".join(f"{round(part * 255):02X}" for part in hls_to_rgb(hue, light, strong))


def theme_colours(xml: bytes) -> tuple[str, ...]:
    """The twelve colours of ``theme1.xml`` in the order in which it lists them."""
    found: list[str] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "clrScheme":
            inside = True
        elif inside and tag in ("srgbClr", "sysClr"):
            found.append("#" + attributes.get("lastClr", attributes.get("val", ""))[-6:].upper())

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "clrScheme"

    elements(xml, start, end)
    return tuple(found[:12])


_ADDRESS = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_STYLE = re.compile(rb"\bs\s*=\s*[\"'](\d+)[\"']")


def marked_cells(xml: bytes, styles: CellStyles) -> tuple[Places, frozenset[tuple[int, int]]]:
    """The filled cells with their colours, and the struck ones, of a sheet's XML in UTF-8; cells may be empty."""
    fills: Places = {}
    struck: set[tuple[int, int]] = set()
    numbers = b"|".join(number.encode() for number in sorted({*styles.fills, *styles.struck}))
    marked = re.compile(rb"<(?:\w+:)?c\s[^>]*?\bs\s*=\s*[\"'](?:" + numbers + rb")[\"'][^>]*>")
    for match in marked.finditer(xml) if numbers else ():
        style, address = _STYLE.search(match[0]), _ADDRESS.search(match[0])
        if len(fills) + len(struck) >= MOST_MARKS:
            break
        if style is None or address is None:
            continue
        number = style[1].decode()
        if number in styles.fills:
            fills[_place(address)] = styles.fills[number]
        if number in styles.struck:
            struck.add(_place(address))
    return fills, frozenset(struck)


def _place(address: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in address[1].decode().upper():
        column = column * 26 + ord(letter) - 64
    return int(address[2]), column


def comments_of(package: Package, sheet_path: str) -> Places:
    """The comments and notes of the sheet at this path of the package, by cell; replies follow their comment."""
    folder, _, leaf = sheet_path.rpartition("/")
    beside = f"{folder}/_rels/{leaf}.rels"
    if beside not in package:
        return {}
    found: Places = {}
    targets = relations(package.read(beside), folder).values()
    # The newer threaded comments repeat themselves in the old form with a preface; the new form is read first.
    for kind in ("threadedComment", "comments"):
        for its_kind, path in targets:
            if its_kind == kind and path in package:
                for place, text in _comments(package.read(path)).items():
                    found.setdefault(place, text)
    return found


def _comments(xml: bytes) -> Places:
    found: Places = {}
    place: tuple[int, int] | None = None
    words: list[str] = []
    reading = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place, reading
        if tag in ("comment", "threadedComment"):
            address = _ADDRESS.search(f'r="{attributes.get("ref", "")}"'.encode())
            place = _place(address) if address else None
            words.clear()
        reading = tag in ("t", "text")

    def end(tag: str) -> None:
        nonlocal reading
        reading = False
        said = " ".join("".join(words).split())
        if tag in ("comment", "threadedComment") and place is not None and said and len(found) < MOST_MARKS:
            found[place] = f"{found[place]} / {said}" if place in found else said

    elements(xml, start, end, lambda text: words.append(text) if reading else None)
    return found
