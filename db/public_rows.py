"""What the public tables say of papers and of imported files, reckoned from the views.

A model of a paper is a name under which it reports results of its own; and a name that a training run or stated
computing gives where it is of none of these. Its burden is that of its point with the largest, or else of the runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from db.dating import dated, fraction_of_year
from db.double_review import reviewed_independently
from db.fields import Kind
from db.narrowed import Narrowed, narrowed_to
from db.public_shapes import (
    AMOUNTS,
    BURDEN,
    NAME_CHARACTERS,
    OWN_SOURCE,
    TITLE_CHARACTERS,
    PublicRows,
    Row,
    model_id,
    point_columns,
    results_columns,
    search_text,
)

MOST_FACT_KEYS = 500
"""Of one model."""

_PAPERS = """
SELECT d.paper_key, d.version, d.document_sha256, d.extractor_version, d.page_count, p.arxiv_id, p.title, p.published
FROM documents_in_force AS d
JOIN papers AS p ON p.paper_key = d.paper_key
WHERE NOT p.withdrawn
"""
_POINTS = "SELECT * FROM fit_points_v1 WHERE source = 'db'"
_FACTS = f"""
SELECT
    paper_key, fact_key, claim_id, kind, model, own, benchmark, basis, accelerator_count, duration_hours, device_hours,
    SUBSTR(accelerator, 1, {NAME_CHARACTERS}) AS accelerator
FROM corrected_claims
WHERE status = 'accepted'
ORDER BY paper_key, position, fact_key
"""  # noqa: S608
_LINKS = """
SELECT DISTINCT claim_id, result_model FROM linked_results WHERE result_is_own AND result_benchmark IS NOT NULL
"""
_STATED = "SELECT * FROM burden_v1"


def rows_of_papers(connection: Connection, narrowed: Narrowed) -> PublicRows:
    """The rows of these papers; none of one that was never read, or was withdrawn.

    Of papers that two curators review independently, not both of whom are done, what the machine alone read.
    """
    made = PublicRows()
    waiting = reviewed_independently(connection, narrowed)
    if waiting:
        _add_papers(made, connection, narrowed_to(connection, waiting, machine_alone=True), waiting)
    others = set(narrowed.papers) - waiting
    if others:
        _add_papers(made, connection, narrowed, others)
    return made


def _add_papers(made: PublicRows, connection: Connection, narrowed: Narrowed, papers: AbstractSet[str]) -> None:
    points = _by_paper(narrowed.rows(connection, _POINTS), "arxiv_id")
    facts = _by_paper(narrowed.rows(connection, _FACTS), "paper_key")
    stated = _by_paper(narrowed.rows(connection, _STATED), "arxiv_id")
    links: dict[str, set[str]] = defaultdict(set)
    for link in narrowed.rows(connection, _LINKS):
        links[link["claim_id"]].add(link["result_model"])
    for paper in narrowed.rows(connection, _PAPERS):
        key = paper["paper_key"]
        if key in papers:
            came_out = dated(paper["published"], key)
            paper["year"] = came_out and came_out.year
            paper["title"] = paper["title"][:TITLE_CHARACTERS]
            _add_paper(made, paper, points[key], facts[key], stated[key], links)


def _add_paper(
    made: PublicRows,
    paper: Row,
    points: Sequence[Row],
    facts: Sequence[Row],
    stated: Sequence[Row],
    links: Mapping[str, set[str]],
) -> None:
    by_key = {fact["fact_key"]: fact for fact in facts}
    own = [_point_row(point, paper, by_key) for point in points]
    models = _models_of_paper(paper, own, points, facts, stated, links)
    runs = [fact for fact in facts if fact["kind"] == Kind.TRAINING_RUN]
    made.public_points += own
    made.public_models += models
    made.public_papers.append(_paper_row(paper, facts, runs, models))
    accelerators = Counter(run["accelerator"] for run in runs if run["accelerator"])
    made.public_accelerators += [
        {"paper_key": paper["paper_key"], "accelerator": name, "year": paper["year"], "runs": count}
        for name, count in sorted(accelerators.items())
    ]


def _paper_row(paper: Row, facts: Sequence[Row], runs: Sequence[Row], models: Sequence[Row]) -> Row:
    kinds = Counter(fact["kind"] for fact in facts if fact["kind"] != Kind.RESULT or fact["own"])
    curated = sum(fact["basis"] == "curated" for fact in facts)
    largest = max(
        (model for model in models if model["hardware_burden_flop"] is not None),
        key=lambda model: (model["hardware_burden_flop"], model["model_id"]),
        default={},
    )
    return {
        **paper,
        "version": paper["version"] or None,
        "runs": len(runs),
        "results": kinds[Kind.RESULT],
        "models": len(models),
        "facts": len(facts),
        "curated_facts": curated,
        "curated_share": curated / len(facts) if facts else None,
        "reports_accelerator": any(run["accelerator"] for run in runs),
        "reports_count": any(run["accelerator_count"] is not None for run in runs),
        "reports_time": any(run["duration_hours"] or run["device_hours"] for run in runs),
        "largest_burden_flop": largest.get("hardware_burden_flop"),
        "largest_burden_model": largest.get("model"),
        "largest_burden_model_id": largest.get("model_id"),
        "largest_burden_basis": largest.get("basis"),
        "largest_burden_accelerator": largest.get("accelerator"),
        "benchmarks": sorted({fact["benchmark"] for fact in facts if fact["own"] and fact["benchmark"]}),
        "accelerators": sorted({run["accelerator"] for run in runs if run["accelerator"]}),
        "search": search_text(None, paper["title"], paper["paper_key"]),
    }


def _point_row(point: Row, paper: Row, facts: Mapping[str, Row]) -> Row:
    key = paper["paper_key"]
    run = facts.get(point["burden_fact_key"] or "", {})
    came_out = dated(None, key) if point["year"] is None else None
    return {
        **point_columns(point),
        "arxiv_id": paper["arxiv_id"],  # the views have the key in its place
        "year": fraction_of_year(came_out) if came_out else point["year"],
        "model_id": model_id(OWN_SOURCE, key, point["model"]),
        "paper_key": key,
        "accelerator_count": run.get("accelerator_count"),
        "duration_hours": run.get("duration_hours"),
        "has_evidence": point["result_page"] is not None,
    }


def _models_of_paper(
    paper: Row,
    rows: Sequence[Row],
    points: Sequence[Row],
    facts: Sequence[Row],
    stated: Sequence[Row],
    links: Mapping[str, set[str]],
) -> list[Row]:
    """Models with results of their own, also such that give no point, then those that only runs name."""
    methods = {point["point_key"]: point["method"] for point in points}
    of_model: dict[str | None, list[Row]] = defaultdict(list)
    for fact in facts:
        if fact["kind"] == Kind.RESULT and fact["own"]:
            of_model[fact["model"]].append(fact)
    reported = set(of_model)
    loose: dict[str | None, list[Row]] = defaultdict(list)
    for fact in facts:
        if fact["kind"] != Kind.RESULT:
            models = links.get(fact["claim_id"], set()) & reported
            for model in models:
                of_model[model].append(fact)
            if not models and (fact["kind"] != Kind.MODEL_PROPERTY or fact["model"] is not None):
                loose[fact["model"]].append(fact)
    burdens = {row["model"]: row for row in stated}
    made = []
    for name in sorted(of_model, key=str):
        own = [row for row in rows if row["model"] == name]
        made.append(_model_of_points(paper, name, own, of_model[name], methods))
    for name in sorted(loose.keys() & burdens.keys() - reported, key=str):
        made.append(_model_of_runs(paper, name, loose[name], burdens[name]))
    return made


def _model_of_points(
    paper: Row, model: str | None, own: Sequence[Row], facts: Sequence[Row], methods: Mapping[str, str | None]
) -> Row:
    chosen = max(own, key=lambda row: (row["hardware_burden_flop"] or 0, row["point_key"]), default={})
    confidences = [row["confidence"] for row in own if row["confidence"] is not None]
    curated = any(each["basis"] == "curated" for each in (*own, *facts))
    return {
        **_of_paper_and_facts(paper, model, facts),
        "basis": "curated" if curated else "machine",
        **{name: chosen.get(name) for name in (*BURDEN, "accelerator_count", "duration_hours", "note")},
        **{name: max((row[name] for row in own if row[name] is not None), default=None) for name in AMOUNTS},
        "accelerator": chosen.get("accelerator") and chosen["accelerator"][:NAME_CHARACTERS],
        **results_columns(own),
        "method": methods.get(chosen.get("point_key", "")),
        "confidence": chosen.get("confidence") if chosen.get("burden_fact_key") else max(confidences, default=None),
    }


def _model_of_runs(paper: Row, model: str | None, facts: Sequence[Row], burden: Row) -> Row:
    run: Row = next((fact for fact in facts if fact["fact_key"] == burden["fact_key"]), {})
    bound = burden["hardware_burden_flop"] is not None and burden["stages_without_estimate"]
    return {
        **_of_paper_and_facts(paper, model, facts),
        "basis": burden["basis"],
        "hardware_burden_flop": burden["hardware_burden_flop"],
        "hardware_burden_low_flop": burden["hardware_burden_low"],
        "hardware_burden_high_flop": burden["hardware_burden_high"],
        "accelerator": burden["accelerator"] and burden["accelerator"][:NAME_CHARACTERS],
        "accelerator_count": run.get("accelerator_count"),
        "duration_hours": run.get("duration_hours"),
        "note": "lower bound: a stage has no estimate" if bound else burden["reason"],
        **dict.fromkeys(AMOUNTS),
        **results_columns(()),
        "method": burden["method"],
        "confidence": burden["confidence"],
    }


def _of_paper_and_facts(paper: Row, model: str | None, facts: Sequence[Row]) -> Row:
    key, title = paper["paper_key"], paper["title"]
    return {
        "model_id": model_id(OWN_SOURCE, key, model),
        "source": OWN_SOURCE,
        "paper_key": key,
        "arxiv_id": paper["arxiv_id"],
        "import_id": None,
        "import_file": None,
        "import_row": None,
        "model": model,
        "title": title,
        "url": paper["arxiv_id"] and f"https://arxiv.org/abs/{paper['arxiv_id']}",
        "published": paper["published"] and str(paper["published"]),
        "year": paper["year"],
        "fact_keys": [fact["fact_key"] for fact in facts][:MOST_FACT_KEYS],
        "search": search_text(model, title, key),
    }


def _by_paper(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row[key]].append(row)
    return held
