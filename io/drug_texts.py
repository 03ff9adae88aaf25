"""What a text cell says of a patient's drugs: “Pred 10 mg, HCQ 200-0-200, MMF 2x1 g”, taken apart into drugs and doses.

Invariants: nothing is turned into milligrams here and no name into a substance; words stay as they are written; what is
left over is named, and a dose beside which other numbers stand is kept as a whole, so that it is unknown, not guessed.
"""

import re
from dataclasses import dataclass, replace

from trajecta.io.cells import Found, read_cell
from trajecta.io.words import words
from trajecta.stats.doses import folded, per_day
from trajecta.stats.drugs import NONE, ambiguous, similar, substance_of
from trajecta.stats.instruments import plain


@dataclass(frozen=True, slots=True)
class DrugText:
    """One drug of a text. ``stopped`` says that it is no longer taken, ``unclear`` what was not understood."""

    drug: str
    dose: str = ""
    frequency: str = ""
    route: str = ""
    note: str = ""
    stopped: bool = False
    unclear: str = ""


_SPLIT = re.compile(r"[;\n\r•|]|(?<!\d),|,(?!\d)|\s[+/&]\s|\s(?=[-–]\s+[^\W\d])|^\s*[-–*]\s+", re.MULTILINE)
_AND = re.compile(
    r"\s+(?:und|and|plus|sowie|et|y|e|mit|with)\s+|\s*/\s*(?=[^\W\d]{2})|\s+(?=[^\W\d]{2})", re.IGNORECASE
)
_NUMBER = r"\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(r"(?<![^\W\d])(?<!\d)(?<!\d[.,])[½¼]?\d|[½¼]")
_GLUED = re.compile(r"^([^\W\d]{3,})(?=\d)")
_PATTERN = re.compile(r"(?<![\w.,/-])(?:[½¼]|[\d.,/]*\d)(?:\s?[-–]\s?(?:[½¼]|\d[\d.,/]*)){2,3}(?![\d/-])")
_SPAN = r"d|die|day|tag|jour|j|d[ií]a|giorno|w|wk|wo|woche|week|sem|semaine|semana|mo|month|monat|mois|mes"
_DOSE = re.compile(
    rf"(?:\d+\s?[x×*]\s?)?{_NUMBER}(?:\s?(?:-|–|bis|to|à)\s?{_NUMBER})?\s?"
    rf"(?:(?:m|µ|u|mc|k)?g(?:/(?:kg|m2|m²|qm)(?:\s?kg)?)?|m?iu|i\.?e\.?|ml|tbl|tabl?|caps?|kps|hub)\b\.?"
    rf"(?:\s?(?:/|pro\s|per\s|par\s)\s?(?:{_SPAN})\b\.?)?",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.,/-])(?:\d+\s?[x×*]\s?)?{_NUMBER}(?:\s?/\s?(?:{_SPAN})\b\.?)?"
    r"(?!\s?[x×*/.,\d%-]|\s?mal\b|\w)",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"(?<![\w.])(?:p\.?\s?o\.?|i\.?\s?v\.?|s\.?\s?c\.?|i\.?\s?m\.?|per\s?os|oral(?:ly)?|subkutan|subcut\w*"
    r"|intraven\w*|topisch|topical|inhalati\w*|inhaled|nasal)(?![\w])",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"(?<!\w)(?:seit|since|ab|from|depuis|desde|dal|dès|started|begonnen|beginn|start)\b.*$", re.IGNORECASE | re.DOTALL
)
_UNTIL = re.compile(r"(?<!\w)(?:bis|until|till|jusqu\w*|hasta|fino)\b.*$", re.IGNORECASE | re.DOTALL)
_STOPPED = re.compile(
    r"(?<!\w)(?:stop(?:p(?:ed|ing|t)?)?|abgesetzt|absetzen|beendet|pausiert|pause[d]?|discontinued|d/c|ausgeschlichen"
    r"|arr[êe]t\w*|suspend\w*|sospes\w*|retirad\w*|ended|end|off|停用|停药)(?!\w)",
    re.IGNORECASE,
)
# Words beside a dose that change nothing.
_HARMLESS = re.compile(
    r"(?<!\w)(?:morgens|fr[üu]h|mittags|abends|nachts|zur nacht|n[üu]chtern|morning|evening|at night|matin|soir|le"
    r"|ma[ñn]ana|por la|noche|mattina|sera|dauertherapie|weiter(?:hin)?|aktuell|current(?:ly)?|continued|ca\.?"
    r"|tabletten?|tablets?|dose|dosis)(?!\w)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_NOTHING = frozenset({"-", "–", "—", "0", "ø", "∅", "./.", "/"})
_SAME = frozenset(
    map(
        plain,
        ("unverändert", "unchanged", "same", "idem", "dito", "ditto", "s.o.", "wie zuvor", "wie vorher", "as before",
         "no change", "keine änderung", "inchangé", "sin cambios", "invariato", "same as before", "不变"),
    )
)  # fmt: skip


def says_nothing_taken(text: str) -> bool:
    """Whether a whole cell says that no drug is taken.

    >>> [says_nothing_taken(t) for t in ("keine", "none", "-", "aucun traitement", "ninguna", "Pred 5 mg", "n.d.")]
    [True, True, True, True, True, False, False]
    """
    tidy = text.strip()
    return tidy.casefold() in _NOTHING or plain(tidy) in words("cell", "no_drug") or substance_of(tidy) == NONE


def says_same(text: str) -> bool:
    """Whether a whole cell says that nothing changed since the visit before.

    >>> says_same("unverändert"), says_same("as before"), says_same("MMF")
    (True, True, False)
    """
    return plain(text) in _SAME


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or a code for missing, so that the medication is not known.

    >>> says_nothing(""), says_nothing("n.d."), says_nothing("?"), says_nothing("none"), says_nothing("HCQ")
    (True, True, True, False, False)
    """
    return not says_nothing_taken(text) and read_cell(text).found in (Found.BLANK, Found.MISSING)


def is_drug(text: str) -> bool:
    """Whether a text names a drug of the list, or a name that stands for several.

    >>> is_drug("MMF"), is_drug("Pred."), is_drug("SLEDAI"), is_drug("none")
    (True, True, False, False)
    """
    key = substance_of(text)
    return key != NONE and (key is not None or bool(ambiguous(text)))


def read_drugs(text: str) -> tuple[DrugText, ...]:
    """The drugs of a text cell in their order; () if it says that nothing is taken.

    >>> [(d.drug, d.dose, d.frequency) for d in read_drugs("Pred 10 mg, HCQ 200-0-200, MMF 2x1 g")]
    [('Pred', '10 mg', ''), ('HCQ', '200-0-200', ''), ('MMF', '2x1 g', '')]
    >>> [(d.drug, d.dose, d.frequency, d.route) for d in read_drugs("MTX 15 mg sc 1x/Wo; Pred 7,5 mg/d")]
    [('MTX', '15 mg', '1x/Wo', 'sc'), ('Pred', '7,5 mg/d', '', '')]
    >>> [(d.drug, d.dose, d.frequency) for d in read_drugs("MMF 1 g b.i.d. + prednisone 5 mg q.d.")]
    [('MMF', '1 g', 'b.i.d.'), ('prednisone', '5 mg', 'q.d.')]
    >>> [(d.drug, d.dose, d.note) for d in read_drugs("Pred 5mg seit 3/21, MTX 15 mg/Wo")]
    [('Pred', '5mg', 'seit 3/21'), ('MTX', '15 mg/Wo', '')]
    >>> [(d.drug, d.dose, d.frequency) for d in read_drugs("prednisone 10 mg par jour et hydroxychloroquine 400 mg/j")]
    [('prednisone', '10 mg par jour', ''), ('hydroxychloroquine', '400 mg/j', '')]
    >>> [(d.drug, d.dose, d.frequency) for d in read_drugs("prednisona 5 mg al día y azatioprina 50 mg cada 12 horas")]
    [('prednisona', '5 mg', 'al día'), ('azatioprina', '50 mg', 'cada 12 horas')]
    >>> [(d.drug, d.dose, d.frequency) for d in read_drugs("prednisone 5 mg al giorno, metotrexato 15 mg/sem")]
    [('prednisone', '5 mg', '1x al giorno'), ('metotrexato', '15 mg/sem', '')]
    >>> [(d.drug, d.stopped) for d in read_drugs("MMF abgesetzt, Pred 5")]
    [('MMF', True), ('Pred', False)]
    >>> read_drugs("Pred 10 mg -> 7.5 mg")[0].dose, read_drugs("Pred 10 mg -> 7.5 mg")[0].unclear
    ('10 mg -> 7.5 mg', '-> 7.5 mg')
    >>> read_drugs("Xyz 3 mg")[0].unclear, read_drugs("keine")
    ('Xyz', ())
    """
    if says_nothing_taken(text):
        return ()
    pieces = [piece for part in _SPLIT.split(_outside_brackets(text)) for piece in _at_and(part.strip())]
    return tuple(read_piece(piece.replace("\0", ",").replace("\1", ";")) for piece in pieces if piece.strip(" .-–*"))


def _outside_brackets(text: str) -> str:
    """The text with commas and semicolons inside brackets hidden, so that it is split outside of them only."""
    return _BRACKETS.sub(lambda m: m[0].replace(",", "\0").replace(";", "\1"), text)


def _at_and(piece: str) -> list[str]:
    """A piece divided at words such as “und” and before a further drug, where a drug follows."""
    found = [piece]
    for match in _AND.finditer(piece):
        head, after = piece[: match.start()], piece[match.end() :]
        name = _name_in(after)
        first, _, later = name.partition(" ")
        if "/" in first or not (is_drug(first) or (is_drug(name) and substance_of(name) != substance_of(later))):
            continue  # "mg HCQ" and "mg/HCQ" are a drug from the second word on
        said = bool(match[0].strip(" /")) or _AMOUNT.search(head) is not None  # without a word, only after an amount
        if said or ("/" in match[0] and is_drug(head) and substance_of(head) != substance_of(name)):
            return [*_at_and(head), *_at_and(after)]
    return found


def _name_in(text: str) -> str:
    """What stands before the first amount of a piece."""
    glued = _GLUED.match(text.strip())
    if glued and is_drug(glued[1]):
        return glued[1]
    first = _AMOUNT.search(text)
    return (text[: first.start()] if first else text).strip(" :=-–,.")


def read_piece(text: str, drug: str = "") -> DrugText:
    """One drug with its dose, from a text that holds one; ``drug`` is its name where the text only says the rest.

    A number beside a stop, such as its date, is not understood; a dose there is the last one.

    >>> read_piece("stop 3/23", "MMF").unclear, read_piece("MMF 1 g stop").unclear
    ('3/23', '')
    >>> read_piece("Decortin H 5 mg 1-0-0 (morgens)").frequency, read_piece("15mg s.c. weekly", "MTX").route
    ('1-0-0', 's.c.')
    """
    rest, notes = _spelt(" ".join(text.split())), []
    for match in _BRACKETS.finditer(rest):
        notes.append((match[1] or match[2] or "").strip())
    rest = _BRACKETS.sub(" ", rest)
    rest, since = _cut(rest, _SINCE)
    stopped = bool(_STOPPED.search(rest) or _STOPPED.search(since))
    rest, until = _cut(_STOPPED.sub(" ", rest), _UNTIL)
    route = ""
    if given := _ROUTE.search(rest):
        route, rest = given[0].strip(), f"{rest[: given.start()]} {rest[given.end() :]}"
    named = drug or _first_drug(rest)
    behind = (rest if drug else rest[rest.find(named) + len(named) :]).strip()
    found = read_dose(behind)
    unclear = found.unclear
    if not drug and not is_drug(named):
        unclear = named = named or text.strip()
        near = similar(named)
        unclear = f"{unclear} ({' or '.join(near)}?)" if near else unclear
    drug = named
    for note in notes:  # "MTX (15 mg/week)", "Pred 5 mg (q.d.)"
        if not found.dose and _DOSE.fullmatch(note):
            found, notes = replace(found, dose=note), [other for other in notes if other != note]
        elif not found.frequency and per_day(note) is not None:
            found, notes = replace(found, frequency=note), [other for other in notes if other != note]
    another = next((said for said in (*notes, since) if _DOSE.search(said)), "")
    unclear = unclear or another or until
    if stopped:
        parts = ("" if _DOSE.fullmatch(behind) else behind, *notes, since, until)
        left = "; ".join(part for part in parts if any(c.isdigit() for c in part))
        return DrugText(drug, route=route, note=" ".join(text.split()), stopped=True, unclear=left)
    said = "; ".join(filter(None, (*notes, since, until)))
    return replace(found, drug=drug, route=route, note=said, unclear=unclear)


def _spelt(text: str) -> str:
    """Three spellings of frequencies in the way the others are written: x2/d, c/12h, 1g-0-1g.

    >>> _spelt("200 mg x2/d"), _spelt("1 g c/12h"), _spelt("1g-0-1g")
    ('200 mg 2x/d', '1 g cada 12 h', '1-0-1g')
    """
    text = re.sub(r"(?<!\w)[x×]\s?(\d)(?!\d)", r"\1x", text)
    text = re.sub(r"(?<!\w)c/\s?(\d+)\s?h(?!\w)", r"cada \1 h", text)
    return re.sub(r"(?<=\d)\s?m?g(?=\s?[-–]\s?\d[\d.,]*\s?(?:m?g)?\s?[-–])", "", text)


def _cut(text: str, shape: re.Pattern[str]) -> tuple[str, str]:
    """The text without what the pattern finds, and what it finds; nothing if that is the whole text."""
    match = shape.search(text)
    if match is None or not text[: match.start()].strip():
        return text, ""
    return text[: match.start()].strip(), match[0].strip()


def _first_drug(text: str) -> str:
    """The name before the first amount, shortened word by word until it is a drug of the list, if that helps."""
    name = _name_in(text)
    parts = name.split()
    for end in range(len(parts), 0, -1):
        shorter = " ".join(parts[:end])
        if is_drug(shorter) and not (parts[end:] and not _is_frequency(" ".join(parts[end:]))):
            return shorter.rstrip(",:;")
    return name


def _is_frequency(text: str) -> bool:
    return per_day(text.strip(" .,;:")) is not None or not _HARMLESS.sub(" ", text).strip(" .,;:-–")


def read_dose(text: str) -> DrugText:
    """Dose and frequency of a text that names no drug; ``unclear`` is what is left over.

    >>> [(d.dose, d.frequency) for d in map(read_dose, ("10", "1-0-1", "5 mg 1-0-1", "200-0-200", "2x tgl. 1 g"))]
    [('10', ''), ('', '1-0-1'), ('5 mg', '1-0-1'), ('200-0-200', ''), ('1 g', '2x tgl.')]
    """
    rest = " ".join(text.split()).strip(" :=,;")
    dose = frequency = ""
    pattern = _PATTERN.search(rest)
    if pattern:
        whole = f"{rest[: pattern.start()]} {rest[pattern.end() :]}"
        numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", pattern[0].replace(",", "."))]
        if numbers and max(numbers) > 10:  # 200-0-200: milligrams, not pieces
            unit = re.match(r"\s?(?:mg|g)\b(?:\s?/\s?d)?", rest[pattern.end() :], re.IGNORECASE)
            dose, rest = pattern[0], whole.replace(unit[0], "", 1) if unit else whole
        elif unit := re.match(r"\s?(m?g)\b", rest[pattern.end() :], re.IGNORECASE):  # 5-0-2.5 mg: no pieces either
            dose, frequency, rest = f"1 {unit[1]}", pattern[0], whole.replace(unit[0], "", 1)
        else:
            frequency, rest = pattern[0], whole
    if not dose and (match := _DOSE.search(rest) or _BARE.search(rest)):
        dose, rest = match[0].strip(), f"{rest[: match.start()]} {rest[match.end() :]}"
    left = " ".join(_HARMLESS.sub(" ", rest).split()).strip(" .,;:=()")
    left_dotted = " ".join(_HARMLESS.sub(" ", rest).split()).strip(" ,;:=()")
    if left and not frequency:
        for said in (left_dotted, f"1x {left_dotted}"):
            if per_day(said) is not None:
                return DrugText("", dose, said)
    if left and any(c.isdigit() for c in left):
        return DrugText("", " ".join(text.split()), unclear=left)
    return DrugText("", dose, frequency, unclear=left if any(map(str.isalpha, folded(left))) else "")
