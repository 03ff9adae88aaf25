"""The check of a workbook: what was understood of it and what is odd in it, as plain values and as text.

Invariant: both forms say the same. A question is what only the user can know, with the answers that a change of the
mapping can give; an issue whose hint asks something is one without such answers.
"""

import gc
from typing import Any

from trajecta.io.arrange import arrange
from trajecta.io.column_readings import ColumnReadings
from trajecta.io.issue_log import counted
from trajecta.io.mapping import ColumnMapping, Field, Mapping, SheetRole, column_dict
from trajecta.io.question_sources import Readings, Tables, questions_of
from trajecta.io.questions import Question, option_dict
from trajecta.io.workbook import Workbook
from trajecta.stats.cohort import Cohort, Issue, Measure, Observation
from trajecta.stats.completeness import completeness


def is_question(issue: Issue) -> bool:
    """Whether an issue asks the user something that only they can know."""
    return "?" in issue.hint


def check_json(workbook: Workbook, mapping: Mapping, cohort: Cohort, issues: tuple[Issue, ...]) -> dict[str, Any]:
    """Sheets with roles and columns, patients, measures, visits, issues and questions as plain values for JSON."""
    collecting = gc.isenabled()
    gc.disable()  # many small values and no cycles, as in the build
    try:
        return _found(workbook, mapping, cohort, issues)
    finally:
        if collecting:
            gc.enable()


def _found(workbook: Workbook, mapping: Mapping, cohort: Cohort, issues: tuple[Issue, ...]) -> dict[str, Any]:
    workbook = arrange(workbook, mapping.arranged)
    tables = Tables(workbook, mapping)
    read = tables.readings()
    return {
        "file": workbook.name,
        "fingerprint": workbook.fingerprint,
        "synthetic": cohort.synthetic,
        "time_zero": cohort.time_zero,
        "arranged": [{"how": a.how.value, "sheets": list(a.sheets), "evidence": a.evidence} for a in mapping.arranged],
        "sheets": [_sheet(workbook, mapping, name, read) for name in (s.name for s in workbook.sheets)],
        "patients": [p.id for p in cohort.patients],
        "measures": _measures(cohort),
        "visits": [{"key": v.key, "label": v.label, "day": v.day} for v in cohort.visits],
        "completeness": _completeness(cohort),
        "courses": len(cohort.courses),
        "events": len(cohort.events),
        "issues": [_issue(i) for i in issues],
        "conversions": conversions(cohort),
        "questions": [_question(q) for q in questions_of(tables, mapping, cohort, issues, read)],
    }


def _completeness(cohort: Cohort) -> dict[str, Any]:
    """How many of the expected values are there, and what is missing of whom and when."""
    found = completeness(cohort)
    return {
        "having": found.having,
        "expected": found.expected,
        "missing": [
            {"patient": patient, "visit": visit, "measures": list(cell.lacking)}
            for patient, row in zip(found.patients, found.rows, strict=True)
            for visit, cell in zip(found.visits, row, strict=True)
            if cell.lacking
        ],
    }


def conversions(cohort: Cohort) -> list[dict[str, Any]]:
    """Every value that was brought to another unit: its cell, what the cell says, and what became of it."""
    units = {measure.key: measure.unit for measure in cohort.measures}
    return [
        {
            "cell": str(o.source),
            "patient": o.patient,
            "visit": o.visit,
            "measure": o.measure,
            "text": o.text,
            "converted": o.converted,
            "value": o.value,
            "unit": units[o.measure],
        }
        for o in cohort.observations
        if o.converted
    ]


def _sheet(workbook: Workbook, mapping: Mapping, name: str, read: Readings) -> dict[str, Any]:
    sheet = workbook.sheet(name)
    found = next((s for s in mapping.sheets if s.sheet == name), None)
    return {
        "name": name,
        "rows": sheet.height,
        "columns_used": sheet.width,
        "hidden": sheet.hidden,
        "role": found.role.value if found else SheetRole.IGNORE.value,
        "evidence": found.evidence if found else "",
        "header_rows": list(found.header_rows) if found else [],
        "columns": [_column(c, read.get(name, {})) for c in found.columns] if found else [],
    }


def _column(column: ColumnMapping, read: dict[int, ColumnReadings]) -> dict[str, Any]:
    evidence = read[column.column].evidence if column.column in read else ()
    return {**column_dict(column), **({"evidence_of_cells": list(evidence)} if evidence else {})}


def _question(question: Question) -> dict[str, Any]:
    where = question.where
    return {
        "key": question.key,
        "severity": question.severity.value,
        "sheet": where.sheet if where else None,
        "cell": str(where).rpartition("!")[2] if where else None,
        "text": question.text,
        "hint": question.ask,
        "options": [option_dict(option) for option in question.options],
    }


def _measures(cohort: Cohort) -> list[dict[str, Any]]:
    own: dict[str, list[Observation]] = {measure.key: [] for measure in cohort.measures}
    for seen in cohort.observations:
        own[seen.measure].append(seen)
    return [_measure(measure, own[measure.key]) for measure in cohort.measures]


def _measure(measure: Measure, own: list[Observation]) -> dict[str, Any]:
    used = [o for o in own if o.value is not None]
    return {
        "key": measure.key,
        "name": measure.name,
        "unit": measure.unit,
        "direction": measure.direction.value,
        "kind": measure.kind.value,
        "derived": measure.derived,
        "n": len(used),
        "patients": len({o.patient for o in used}),
        "visits": len({o.visit for o in used}),
        "censored": sum(o.censored.value != "" for o in used),
        "without_value": len(own) - len(used),
    }


def _issue(issue: Issue) -> dict[str, Any]:
    where = issue.where
    return {
        "severity": issue.severity.value,
        "sheet": where.sheet if where else None,
        "cell": str(where).rpartition("!")[2] if where else None,
        "text": issue.text,
        "hint": issue.hint,
    }


def check_text(workbook: Workbook, mapping: Mapping, cohort: Cohort, issues: tuple[Issue, ...]) -> str:
    """The same as readable lines."""
    tables = Tables(arrange(workbook, mapping.arranged), mapping)
    read = tables.readings()
    lines = [f"{workbook.name}{' (synthetic data)' if cohort.synthetic else ''}", ""]
    for sheet in mapping.sheets:
        lines.append(f"Sheet “{sheet.sheet}”: {sheet.role.value}. {sheet.evidence}".rstrip())
        if sheet.role is not SheetRole.IGNORE:
            named = [c for c in sheet.columns if c.field not in (Field.IGNORE, Field.ITEM)]
            lines.append(
                "  "
                + ", ".join(f"{c.header or c.column} → {_meaning(c.field, c.measure_name, c.visit)}" for c in named)
            )
            for c in named:
                evidence = read.get(sheet.sheet, {}).get(c.column, ColumnReadings()).evidence
                if len(evidence) > 1 or "," in "".join(evidence):  # what is more than a column of numbers
                    lines.append(f"    {c.header or c.column}: {'; '.join(evidence)}")
            items = [c for c in sheet.columns if c.field is Field.ITEM]
            unused = [c.header for c in sheet.columns if c.field is Field.IGNORE and c.header]
            if items:
                lines.append(f"  {len(items)} item columns of {items[0].measure_name}")
            if unused:
                lines.append(f"  not used: {', '.join(unused)}")
    zero = f"; day 0 is the {cohort.time_zero}" if cohort.time_zero else ""
    ids = ", ".join(p.id for p in cohort.patients[:50]) + (", …" if len(cohort.patients) > 50 else "")
    lines += ["", f"{len(cohort.patients)} patients{zero}: {ids}"]
    lines.append(f"{len(cohort.visits)} visits: {', '.join(v.label for v in cohort.visits)}")
    for measure, found in zip(cohort.measures, _measures(cohort), strict=True):
        unit = f" ({measure.unit})" if measure.unit else ""
        better = {"lower": "lower is better", "higher": "higher is better"}.get(
            measure.direction.value, "direction not known"
        )
        more = f", {found['censored']} beyond the limit of the assay" if found["censored"] else ""
        more += f", {found['without_value']} without a usable value" if found["without_value"] else ""
        kind = "yes/no, " if found["kind"] == "yes-no" else ""
        lines.append(
            f"  {measure.name}{unit}: {kind}{better}; {found['n']} values of {found['patients']} patients{more}"
        )
    lines.append(f"{len(cohort.courses)} rows of medication, {len(cohort.events)} events")
    lines += ["", f"{len(issues)} remarks" if issues else "No remarks."]
    for issue in issues:
        hint = f" {issue.hint}" if issue.hint else ""
        lines.append(f"  {issue.severity.value}: {issue.text}{hint}")
    asked = questions_of(tables, mapping, cohort, issues, read)
    if asked:
        lines += ["", counted(len(asked), "question")]
    for question in asked:
        lines.append(f"  {question.text} {question.ask}")
        lines += [f"    - {option.label}" for option in question.options]
    return "\n".join(lines)


def _meaning(field: Field, measure: str, visit: str) -> str:
    if field is not Field.MEASURE:
        return field.value
    return f"{measure} at {visit}" if visit else measure
