"""What is laid beside a figure: its source data as a workbook, its legend and its alternative text.

Invariants: the files carry the figure's own name; each is written whole or not at all; neither the
figure nor the workbook of the study is touched.
"""

from pathlib import Path

from trajecta.io.atomic import write_atomically
from trajecta.io.errors import SaveError
from trajecta.io.legend_text import words_beside
from trajecta.io.source_data import source_data
from trajecta.io.study import Study
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult


def paths_beside(path: Path) -> tuple[Path, Path]:
    """The names of the two files that go with a figure.

    >>> [p.name for p in paths_beside(Path("Figure 2.pdf"))]
    ['Figure 2-data.xlsx', 'Figure 2-legend.txt']
    """
    return path.with_name(f"{path.stem}-data.xlsx"), path.with_name(f"{path.stem}-legend.txt")


def write_beside(study: Study, figure: Figure, result: PairedResult | None, path: Path) -> tuple[Path, Path]:
    """Write the workbook and the words that go with the figure at ``path``; returns their paths.

    SaveError with a sentence where the place cannot be written to or a name is that of the study's own workbook.
    """
    data, words = checked_paths(study, path)
    content = source_data(study, figure, result)
    write_atomically(data, content)
    write_atomically(words, words_beside(study, figure, result).encode("utf-8"))
    return data, words


def checked_paths(study: Study, path: Path) -> tuple[Path, Path]:
    """The names of the two files; SaveError where one of them is that of the study's own workbook."""
    data, words = paths_beside(path)
    if study.source is not None and study.source.resolve() in (data.resolve(), words.resolve()):
        raise SaveError(
            f"{study.source.name} is the workbook of this study and is never written to. Give the figure another name."
        )
    return data, words
