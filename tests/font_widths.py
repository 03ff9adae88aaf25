"""Writes resources/widths from the fonts in resources/fonts; run again after changing the fonts.

Reads the advance widths straight from the font files (tables ``head``, ``hhea``, ``hmtx`` and ``cmap`` format 4),
so that neither Qt nor a font library is needed. Invariant: running it twice gives the same bytes.
"""

import struct
from collections import defaultdict
from pathlib import Path

RESOURCES = Path(__file__).parents[1] / "resources"
TYPEFACES = {"liberation-sans": "LiberationSans", "liberation-serif": "LiberationSerif", "carlito": "Carlito"}
STYLES = {"regular": "Regular", "bold": "Bold"}
# Latin, Greek, Cyrillic, punctuation, arrows and mathematics: what names, units and labels are written with.
BLOCKS = ((0x20, 0x7E), (0xA0, 0x17F), (0x1E9E, 0x1E9E), (0x370, 0x3FF), (0x400, 0x45F), (0x2000, 0x22FF))


def widths(font: bytes) -> tuple[int, dict[int, int]]:
    """Units per em, and the advance width of every character of the blocks that the font has."""
    count = struct.unpack_from(">H", font, 4)[0]
    at = {font[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">I", font, 20 + 16 * i)[0] for i in range(count)}
    em = struct.unpack_from(">H", font, at[b"head"] + 18)[0]
    long_metrics = struct.unpack_from(">H", font, at[b"hhea"] + 34)[0]
    glyphs = characters(font, at[b"cmap"])
    found = {}
    for code, glyph in glyphs.items():
        if any(low <= code <= high for low, high in BLOCKS) and chr(code).isprintable():
            row = min(glyph, long_metrics - 1)
            found[code] = struct.unpack_from(">H", font, at[b"hmtx"] + 4 * row)[0]
    return em, found


def characters(font: bytes, cmap: int) -> dict[int, int]:
    """Character code to glyph number, from the format 4 subtable for Windows Unicode."""
    for i in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * i)
        table = cmap + offset
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", font, table)[0] == 4:
            return segments(font, table)
    raise SystemExit("no Windows Unicode character map in this font")


def segments(font: bytes, table: int) -> dict[int, int]:
    """The segments of a format 4 subtable written out."""
    twice = struct.unpack_from(">H", font, table + 6)[0]
    ends = table + 14
    starts, deltas, offsets = ends + twice + 2, ends + 2 * twice + 2, ends + 3 * twice + 2
    glyphs = {}
    for i in range(0, twice, 2):
        start, end = struct.unpack_from(">H", font, starts + i)[0], struct.unpack_from(">H", font, ends + i)[0]
        delta, offset = struct.unpack_from(">H", font, deltas + i)[0], struct.unpack_from(">H", font, offsets + i)[0]
        for code in range(start, min(end, 0xFFFE) + 1):
            if offset:
                glyph = struct.unpack_from(">H", font, offsets + i + offset + 2 * (code - start))[0]
                glyph = (glyph + delta) % 65536 if glyph else 0
            else:
                glyph = (code + delta) % 65536
            if glyph:
                glyphs[code] = glyph
    return glyphs


def table(file: str) -> str:
    """The table of one typeface: for each style, ``width = "characters"``."""
    lines = [
        "# Advance widths in units of the em, so that figures can be laid out without Qt.",
        "# Written by tests/font_widths.py from resources/fonts; do not edit by hand.",
    ]
    for style, name in STYLES.items():
        em, found = widths((RESOURCES / "fonts" / f"{file}-{name}.ttf").read_bytes())
        groups: defaultdict[int, list[str]] = defaultdict(list)
        for code, width in sorted(found.items()):
            groups[width].append(chr(code))
        lines += ["", f"[{style}]", f"em = {em}", "", f"[{style}.widths]"]
        for width, members in sorted(groups.items()):
            text = "".join(members).replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{width} = "{text}"')
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the tables."""
    for typeface, file in TYPEFACES.items():
        (RESOURCES / "widths" / f"{typeface}.toml").write_text(table(file), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
