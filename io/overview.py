"""The overview as rows of text: one measure a line, the same in the window and in the report."""

from trajecta.stats.cohort import Kind
from trajecta.stats.families import AdjustedP
from trajecta.stats.results import IntervalResult, PairedResult, Proportion, Summary
from trajecta.stats.words import level_text, number_text, p_number, percent_text

COLUMNS: tuple[tuple[str, str], ...] = (
    ("Measure", "What is compared"),
    ("n", "Patients used"),
    ("Before", "Median (range), or how many yes"),
    ("After", "Median (range), or how many yes"),
    ("Change", "Hodges–Lehmann estimate, or difference of the shares of yes"),
    ("Interval", "Interval of the change"),
    ("Level", "Level that the interval really has"),
    ("Better, same, worse", "Patients improved, unchanged and worse; rose, same, fell where no side is better"),
    ("Exact P", "Exact signed-rank test, McNemar's for yes/no; two-sided"),
    ("Smallest P", "The smallest P that this design can give"),
    ("Adjusted P", "Exact P adjusted for all measures of the overview"),
)


def number(value: float | None) -> str:
    """A number for people, a dash for what cannot be said."""
    return "–" if value is None else number_text(value)


def share_number(value: float | None) -> str:
    """A difference of shares in per cent, a dash for what cannot be said.

    >>> share_number(-1.0), share_number(None)
    ('−100 %', '–')
    """
    return "–" if value is None else percent_text(value)


def side_text(summary: Summary) -> str:
    """Median and range of one side, a dash for none.

    >>> side_text(Summary(5, 16.0, 8.0, 16.0)), side_text(Summary(0))
    ('16 (8 to 16)', '–')
    >>> side_text(Summary(3, 10.0, 10.0, 40.0, signs=("<", "<", "")))
    '<10 (<10 to 40)'
    """
    if summary.median is None:
        return "–"
    least, middle, most = summary.signs
    return f"{middle}{number(summary.median)} ({least}{number(summary.min)} to {most}{number(summary.max)})"


def share_text(share: Proportion) -> str:
    """How many yes of how many.

    >>> share_text(Proportion(0, 5, 0.0, 0.52))
    '0 of 5 yes'
    """
    return f"{share.k} of {share.n} yes"


def change_of(result: PairedResult) -> IntervalResult:
    """The interval that the overview shows as the change of a measure."""
    return result.yes_no.difference if result.yes_no is not None else result.interval("hodges_lehmann")


def p_of(result: PairedResult) -> tuple[float | None, float | None]:
    """The exact P that the overview shows, and its smallest possible value."""
    if result.yes_no is not None:
        return result.yes_no.exact_p, result.yes_no.p_smallest
    test = result.test("signed_rank")
    return test.p, test.p_smallest


def counts_text(result: PairedResult) -> str:
    """How many patients improved, stayed and got worse; with arrows where neither side is known to be better."""
    if result.improved is None:
        return f"↑{result.increased}, {result.unchanged}, ↓{result.decreased}"
    return f"{result.improved}, {result.unchanged}, {result.worsened}"


def overview_row(result: PairedResult, adjusted: AdjustedP) -> tuple[str, ...]:
    """One line of the overview, a text for each of ``COLUMNS``."""
    change, (p, smallest) = change_of(result), p_of(result)
    has = change.low is not None and change.high is not None
    amount = share_number if result.yes_no is not None else number
    if result.kind is Kind.YES_NO and result.yes_no is not None:
        sides = (share_text(result.yes_no.before), share_text(result.yes_no.after))
    else:
        sides = (side_text(result.before_summary), side_text(result.after_summary))
    return (
        result.measure.name,
        str(result.n),
        *sides,
        amount(change.estimate),
        f"{amount(change.low)} to {amount(change.high)}" if has else "–",
        level_text(change.level) if change.level is not None else "–",
        counts_text(result),
        "–" if p is None else p_number(p),
        "–" if smallest is None else p_number(smallest),
        "–" if adjusted.adjusted is None else p_number(adjusted.adjusted),
    )
