"""A bitmap as TIFF with LZW: its strips are compressed side by side on the processor's cores and then put together.

Compression is most of the time that a bitmap takes to be written. Invariants: every strip is one that Qt's writer made
of its rows and is stored as it is; TIFF 6.0, little-endian, one page; the file is the same on however many cores.
"""

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from trajecta.io.errors import SaveError

LZW = 1  # of QImageWriter
LENGTH, OFFSETS, ROWS, COUNTS = 257, 273, 278, 279  # the tags that change when strips are added
SHORT, LONG = 3, 4
MOST_CORES = 4
STRIPS = 16  # or more: enough that no core waits long for the last one, and few enough to compress well


@dataclass(frozen=True, slots=True)
class _Page:
    """A TIFF of one page: its bytes, and its directory as tags with type, count and the four bytes of value."""

    content: bytes
    entries: tuple[tuple[int, int, int, bytes], ...]

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The whole numbers of a tag."""
        kind, count, value = next(entry[1:] for entry in self.entries if entry[0] == tag)
        form = f"<{count}{'H' if kind == SHORT else 'I'}"
        if struct.calcsize(form) <= len(value):
            return struct.unpack_from(form, value)
        return struct.unpack_from(form, self.content, struct.unpack("<I", value)[0])


def tiff_of(image: QImage) -> bytes:
    """The picture as a TIFF with LZW; SaveError with Qt's words where it cannot be written."""
    cores = min(os.cpu_count() or 1, MOST_CORES)
    rows = min(-(-image.height() // STRIPS), _page(image.copy(0, 0, image.width(), 1)).numbers(ROWS)[0])
    starts = range(0, image.height(), rows)

    def strip(start: int) -> _Page:
        return _page(image.copy(0, start, image.width(), min(rows, image.height() - start)))

    with ThreadPoolExecutor(cores) as pool:
        return _together(tuple(pool.map(strip, starts)), image.height(), rows)


def _written(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.ReadWrite)  # the writer seeks back
    writer = QImageWriter(buffer, b"tiff")
    writer.setCompression(LZW)
    if not writer.write(image):
        raise SaveError(f"The TIFF could not be written: {writer.errorString()}.")
    return bytes(buffer.data().data())


def _page(image: QImage) -> _Page:
    content = _written(image)
    directory = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, directory)[0]
    return _Page(content, tuple(struct.iter_unpack("<HHI4s", content[directory + 2 : directory + 2 + 12 * count])))


def _together(parts: tuple[_Page, ...], height: int, rows: int) -> bytes:
    """One page of the strips from above to below: the first file as it is, the other strips, and a new directory."""
    first = parts[0]
    if len(parts) == 1:
        return first.content
    made = bytearray(first.content)
    offsets, counts = [first.numbers(OFFSETS)[0]], [first.numbers(COUNTS)[0]]
    for part in parts[1:]:
        (offset,), (count,) = part.numbers(OFFSETS), part.numbers(COUNTS)
        offsets.append(len(made))
        counts.append(count)
        made += part.content[offset : offset + count]
    made += bytes(len(made) % 2)  # a directory begins on a word
    lists = len(made)
    made += struct.pack(f"<{2 * len(offsets)}I", *offsets, *counts)
    changed = {
        LENGTH: (LONG, 1, struct.pack("<I", height)),
        ROWS: (LONG, 1, struct.pack("<I", rows)),
        OFFSETS: (LONG, len(offsets), struct.pack("<I", lists)),
        COUNTS: (LONG, len(counts), struct.pack("<I", lists + 4 * len(offsets))),
    }
    struct.pack_into("<I", made, 4, len(made))
    made += struct.pack("<H", len(first.entries))
    for tag, *rest in first.entries:
        made += struct.pack("<HHI4s", tag, *changed.get(tag, rest))
    return bytes(made + struct.pack("<I", 0))
