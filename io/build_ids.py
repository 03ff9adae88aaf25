"""Joining the sheets of a workbook whose ids are written in different ways, with every assumption said.

Invariants: a sheet with at least one id that stands in another sheet as well is joined by its exact ids alone; the
cells and addresses of rows stay as they are, only whose they are changes.
"""

from collections.abc import Sequence

from trajecta.io.build_rows import PatientRow, Roster
from trajecta.io.id_matching import Match, match_of, prefix_of
from trajecta.io.issue_log import IssueLog

IDS = "ids written in another way"  # the kind of issue that question_sources.py turns into a question with options
NAMED_PAIRS = 10  # who has more patients sees by ten pairs whether the rule is right

Part = tuple[str, list[PatientRow]]


def joined_by_number(parts: Sequence[Part], roster: Roster, choice: bool | None, log: IssueLog) -> list[Part]:
    """The parts (sheet and rows) with the ids of one sheet replaced by those of an earlier one where they match.

    ``choice`` None joins a sheet only if all of its ids match, True also if some do, False never. Ids that no row has
    any more leave the roster.
    """
    if choice is False:
        return list(parts)
    prefixes = {prefix_of({row.patient for row in rows}) for _, rows in parts} - {"", None}
    done: list[Part] = []
    gone: set[str] = set()
    for name, rows in parts:
        own = list(dict.fromkeys(row.patient for row in rows))
        instead = _instead((name, own), done, roster, (choice is True, len(prefixes) < 2), log)
        if instead:
            rows = [row._replace(patient=instead.get(row.patient, row.patient)) for row in rows]
            gone |= instead.keys()
        done.append((name, rows))
    for key in gone - {row.patient for _, rows in done for row in rows} if gone else ():
        del roster.ids[key]
        roster.listed.pop(key, None)
    return done


def _instead(
    part: tuple[str, list[str]], earlier: Sequence[Part], roster: Roster, how: tuple[bool, bool], log: IssueLog
) -> dict[str, str]:
    """The ids of one sheet that are those of an earlier sheet, written in another way.

    ``how`` says whether the user agreed, and whether the workbook knows one prefix of ids only.
    """
    (name, own), (agreed, one_prefix) = part, how
    lists = [(sheet, dict.fromkeys(row.patient for row in rows)) for sheet, rows in earlier if sheet != name]
    exact = [key for key in own if any(key in ids for _, ids in lists)]
    if not own or (exact and not agreed):
        return {}
    others = [key for key in own if key not in exact]
    for sheet, ids in lists:
        match = match_of(others, [key for key in ids if key not in exact], one_prefix or agreed)
        if match is None:
            continue
        if match.unmatched and not agreed:
            if len(match.pairs) * 2 >= len(others):
                _ask(name, sheet, match, roster, log)
            continue
        _say(name, sheet, match, roster, agreed, log)
        return dict(match.pairs)
    return {}


def _say(name: str, sheet: str, match: Match, roster: Roster, agreed: bool, log: IssueLog) -> None:
    written = {key: roster.ids[key][0] for pair in match.pairs for key in pair}
    first, *others = match.pairs
    pairs = f"“{written[first[0]]}” in “{name}” is taken as “{written[first[1]]}” of “{sheet}”"
    pairs += "".join(f", “{written[one]}” as “{written[other]}”" for one, other in others[: NAMED_PAIRS - 1])
    total = len(match.pairs) + len(match.unmatched)
    more = ", …" if len(others) >= NAMED_PAIRS else ""
    said = f"{pairs}{more} ({len(match.pairs)} of {total} ids match {match.rule})."
    where = roster.ids[first[0]][1]
    if agreed:
        log.note(where, said, kind=IDS)
    else:
        log.warning(where, said, "Are these the same patients?", IDS)


def _ask(name: str, sheet: str, match: Match, roster: Roster, log: IssueLog) -> None:
    total = len(match.pairs) + len(match.unmatched)
    alone = ", ".join(f"“{roster.ids[key][0]}”" for key in match.unmatched[:NAMED_PAIRS])
    log.warning(
        roster.ids[match.pairs[0][0]][1],
        f"{len(match.pairs)} of {total} ids of “{name}” would match those of “{sheet}” {match.rule}, but {alone} would "
        "not; none is matched.",
        "Are these the same patients?",
        IDS,
    )
