"""What values beyond the limit of an assay leave open in a summary: “<10” is not 10, and a median of such is no number.

Invariant: a sign is given wherever the true figure may lie elsewhere than the one reckoned with the limits.
"""

from collections.abc import Sequence

from trajecta.stats.cohort import Censored, Observation

_ORDER = {Censored.BELOW: -1, Censored.NO: 0, Censored.ABOVE: 1}
Signs = tuple[str, str, str]


def signs_of(seen: Sequence[Observation]) -> Signs:
    """The signs of smallest value, median and largest value of one side; empty where the figure is sure.

    ``<`` and ``>`` where the figure itself is a limit, ``≤`` and ``≥`` where a limit on its other side leaves open
    whether it is as large. A median between both kinds has none of them: it is told as it is. No values: no signs.

    >>> from trajecta.stats.cohort import Observation as O
    >>> at = [O("a", "v", "m", 10.0, censored=Censored.BELOW), O("b", "v", "m", 12.0), O("c", "v", "m", 40.0)]
    >>> signs_of(at), signs_of(at[:1]), signs_of(at[1:]), signs_of([])
    (('<', '', ''), ('<', '<', '<'), ('', '', ''), ('', '', ''))
    >>> signs_of([*at[1:], O("d", "v", "m", 50.0, censored=Censored.BELOW)])
    ('≤', '≤', '<')
    """
    ranked = sorted((o for o in seen if o.value is not None), key=lambda o: (o.value or 0.0, _ORDER[o.censored]))
    if not ranked:
        return ("", "", "")
    first, last = (len(ranked) - 1) // 2, len(ranked) // 2
    return _sign(ranked, 0, 0), _sign(ranked, first, last), _sign(ranked, len(ranked) - 1, len(ranked) - 1)


def _sign(ranked: Sequence[Observation], first: int, last: int) -> str:
    """The sign of the figure made of the values from ``first`` to ``last`` in their order."""
    own = {o.censored for o in ranked[first : last + 1]}
    lower = any(o.censored is Censored.BELOW for o in ranked[first:])
    higher = any(o.censored is Censored.ABOVE for o in ranked[: last + 1])
    if lower and higher:
        return ""
    if lower:
        return "<" if Censored.BELOW in own else "≤"
    if higher:
        return ">" if Censored.ABOVE in own else "≥"
    return ""
