"""What a file may cost before it is refused: every limit of reading in one place, with its reason.

Invariant: docs/limits.md says the same in plain words, and a test holds the two together.
"""

# A trial sheet of 3 to 50 patients is well under 1 MB, and a full Excel sheet of eight columns is about 50 MB.
LARGEST_FILE = 200_000_000  # bytes

# A full Excel sheet of eight columns (1,048,576 rows) has 8.4 million cells; twice that still fits in the memory.
LARGEST_TABLE = 20_000_000  # cells of the rectangle that holds a sheet's content

LARGEST_UNPACKED = 700_000_000  # bytes; a million rows of ten columns unpack to some 500 MB
LARGEST_RATIO = 300  # text deflates at most 1,032-fold; real sheets stay under 100
RATIO_MATTERS_FROM = 50_000_000  # bytes; below this even the worst package is harmless
MOST_PARTS = 10_000  # files inside one package; a workbook has dozens

MOST_MERGED = 20_000  # a trial sheet has dozens; thousands are decoration and would only cost memory

# Excel's own limit is 32,767 characters; more means quotes that never close.
LARGEST_CELL = 1_000_000  # characters of one cell of a text file

# A full sheet takes some 20 seconds on a slow computer; nobody waits longer than a minute without asking why.
MOST_SECONDS = 60.0

# Reading a full sheet takes about 0.6 GB in the child; both processes together stay below 2 GiB.
MOST_MEMORY = 1_500_000_000  # bytes of address space of the child

# 20 million numbers arrive as 180 MB; what is larger is long text, which the parent would have to keep.
LARGEST_ARRIVAL = 400_000_000  # bytes that the child may send

# A workbook or text file below this that looks sound takes some milliseconds: it is not worth a second process.
SMALL_ENOUGH = 2_000_000  # bytes
SMALL_UNPACKED = 20_000_000  # bytes
