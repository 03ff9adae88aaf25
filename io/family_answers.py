"""Many outcomes and power as they leave the program: one JSON object or one readable text; nothing is computed here.

Invariants: the keys of the JSON objects are a promise to scripts; every adjusted P stands beside its own P and beside
the smallest value that it could have taken; the number of comparisons run is always said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from trajecta.io.answers import answer_json
from trajecta.stats.families import AdjustedP, FamilyResult, comparisons_run
from trajecta.stats.power import PowerResult, PowerRow
from trajecta.stats.results import PairedResult
from trajecta.stats.words import count_text, list_text, number_text, p_number, p_text


def families_json(
    results: Sequence[PairedResult], families: Sequence[FamilyResult], outside: Sequence[str] = ()
) -> dict[str, Any]:
    """The answers of many measures with their adjusted values; ``outside`` names measures that belong to no family."""
    return {
        "before": results[0].before_label if results else None,
        "after": results[0].after_label if results else None,
        "adjust": families[0].adjustment.value if families else None,
        "comparisons_run": comparisons_run(families),
        "families": [_family(found, results) for found in families],
        "outside_families": list(outside),
        "answers": [{**answer_json(result), "adjusted": _adjusted_of(result, families)} for result in results],
    }


def _family(found: FamilyResult, results: Sequence[PairedResult]) -> dict[str, Any]:
    used = {result.measure.key: result.n for result in results}
    return {
        "family": found.family.name,
        "adjust": found.adjustment.value,
        "comparisons": found.comparisons,
        "method": found.method,
        "exact": found.exact,
        "arrangements": found.arrangements,
        "standard_error": found.standard_error,
        "cautions": list(found.cautions),
        "measures": [
            {
                "measure": member.name,
                "n": used.get(member.measure, 0),
                "test": member.test,
                **_chances(member),
                "reason": member.reason,
            }
            for member in found.members
        ],
    }


def _chances(member: AdjustedP) -> dict[str, Any]:
    return {
        "p": member.p,
        "p_smallest": member.p_smallest,
        "adjusted_p": member.adjusted,
        "adjusted_smallest": member.adjusted_smallest,
    }


def _adjusted_of(result: PairedResult, families: Sequence[FamilyResult]) -> list[dict[str, Any]]:
    key = result.measure.key
    return [
        {"family": found.family.name, "adjust": found.adjustment.value, **_chances(member)}
        for found in families
        for member in found.members
        if member.measure == key
    ]


def families_text(
    results: Sequence[PairedResult], families: Sequence[FamilyResult], outside: Sequence[str] = ()
) -> str:
    """The families to read in a terminal: lead, P and adjusted P of each measure, then the methods."""
    leads = {result.measure.key: result for result in results}
    lines = []
    if results:
        lines.append(f"{results[0].before_label} → {results[0].after_label}")
    lines.append(f"{count_text(comparisons_run(families), 'comparison', 'comparisons')} run in all.")
    for found in families:
        lines += ["", f"Family “{found.family.name}”"]
        lines += [f"  {caution}" for caution in found.cautions]
        for member in found.members:
            result = leads[member.measure]
            lines += [f"  {member.name} (n = {result.n}): {result.lead}", f"    {_member_line(member)}"]
        lines.append(f"  {found.method}")
    if outside:
        lines += ["", f"In no family and not compared: {list_text(outside, 50)}."]
    return "\n".join(lines) + "\n"


def _member_line(member: AdjustedP) -> str:
    if member.p is None or member.adjusted is None:
        return f"no P. {member.reason}"
    text = p_text(member.p)
    if member.p_smallest is not None:
        text += f" (smallest possible {p_number(member.p_smallest)})"
    text += f"; adjusted {p_text(member.adjusted)}"
    if member.adjusted_smallest is not None:
        text += f" (smallest possible {p_number(member.adjusted_smallest)})"
    return f"{text}."


def power_json(found: PowerResult) -> dict[str, Any]:
    """The power of a design as plain values for ``power --json``."""
    design = found.design
    return {
        **asdict(design),
        "level": found.level,
        "p_smallest": found.row.p_smallest,
        "adjusted_smallest": found.row.adjusted_smallest,
        "reachable": found.row.adjusted_smallest <= design.alpha,
        "smallest_n": found.smallest_n,
        "pairs_needed": {str(outcomes): n for outcomes, n in found.needed},
        "tests": [asdict(test) for test in found.row.tests],
        "smallest_n_for_power_80": dict(found.enough),
        "table": [_power_row(row) for row in found.table],
        "cautions": list(found.cautions),
        "method": found.method,
    }


def _power_row(row: PowerRow) -> dict[str, Any]:
    powers = {test.key: test.power for test in row.tests}
    return {"n": row.n, "p_smallest": row.p_smallest, "adjusted_smallest": row.adjusted_smallest, **powers}


def power_text(found: PowerResult) -> str:
    """The power of a design to read in a terminal."""
    return "\n".join(_power_lines(found)) + "\n"


def _power_lines(found: PowerResult) -> Iterator[str]:
    design = found.design
    pairs, outcomes = count_text(design.n, "pair", "pairs"), count_text(design.outcomes, "outcome", "outcomes")
    yield f"Power of {pairs}, {outcomes}, alpha {number_text(design.alpha)}"
    yield ""
    yield from found.cautions
    for test in found.row.tests:
        without = f"chance of P at or below alpha without any effect {_percent(test.size)}"
        yield f"{test.name}: {_percent(test.power)} ({without})"
    yield ""
    yield f"Fewest changed pairs with which P can reach {number_text(design.alpha)}: {found.smallest_n}."
    needed = ", ".join(f"{k}: {n}" for k, n in found.needed)
    yield f"Pairs needed by the number of outcomes: {needed}."
    for key, n in found.enough:
        name = found.row.test(key).name
        yield f"{name}: 80 % power {f'from {n} pairs on' if n else 'is not reached with 50 pairs'}."
    yield ""
    head = ("n", "smallest P", *(test.name for test in found.row.tests))
    yield "  ".join(head)
    for row in found.table:
        cells = (str(row.n), p_number(row.adjusted_smallest), *(_percent(test.power) for test in row.tests))
        yield "  ".join(cell.rjust(len(title)) for cell, title in zip(cells, head, strict=True))
    yield ""
    yield found.method


def _percent(share: float) -> str:
    """A chance in per cent, never rounded to a certainty that it is not.

    >>> _percent(0.0), _percent(0.78467), _percent(0.99999), _percent(1e-9)
    ('0 %', '78.5 %', '> 99.9 %', '< 0.1 %')
    """
    if 0.0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1.0:
        return "> 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
