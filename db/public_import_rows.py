"""What the public tables say of imported files, reckoned from the views: every model of theirs, and the points of those
that their source includes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, text

from db.public_shapes import (
    AMOUNTS,
    BURDEN,
    NAME_CHARACTERS,
    TITLE_CHARACTERS,
    PublicRows,
    Row,
    model_id,
    point_columns,
    results_columns,
    search_text,
)

_IMPORTED_MODELS = """
SELECT m.*, i.import_id
FROM imported_models_v1 AS m
JOIN imports_in_force AS i ON i.source = m.source AND i.file_name = m.file_name
ORDER BY m.source, m.file_name, m.row_number
"""
_IMPORTED_POINTS = "SELECT * FROM fit_points_v1 WHERE source <> 'db'"


def rows_of_imports(connection: Connection) -> PublicRows:
    """The rows of all imported files in force; of the included models alone there are points."""
    made = PublicRows()
    by_row: dict[tuple[str, str, int], Row] = {}
    names: Counter[tuple[str, str, str]] = Counter()
    points: dict[str, list[Row]] = defaultdict(list)
    models = [dict(row) for row in connection.execute(text(_IMPORTED_MODELS)).mappings()]
    for model in models:
        place = model["source"], model["file_name"]
        name = (*place, model["model"] or "")
        model["model_id"] = model_id(*place, model["model"], names[name])
        names[name] += 1
        by_row[(*place, model["row_number"])] = model
    for point in map(dict, connection.execute(text(_IMPORTED_POINTS)).mappings()):
        model = by_row[point["source"], point["file_name"], point["row_number"]]
        row = {
            **point_columns(point),
            "model_id": model["model_id"],
            "paper_key": None,
            "accelerator_count": model["accelerator_count"],
            "duration_hours": model["duration_hours"],
            "has_evidence": False,
        }
        points[model["model_id"]].append(row)
        made.public_points.append(row)
    made.public_models += [_imported_model(model, points[model["model_id"]]) for model in models]
    return made


def _imported_model(model: Row, points: Sequence[Row]) -> Row:
    published = model["published"] and str(model["published"])
    title = model["title"] and model["title"][:TITLE_CHARACTERS]
    year = int(published[:4]) if published else model["year"] and int(model["year"])
    address = (model["url"] or "").lower()
    linked = model["arxiv_id"] and f"https://arxiv.org/abs/{model['arxiv_id']}"
    return {
        "model_id": model["model_id"],
        "source": model["source"],
        "basis": "imported",
        "paper_key": None,
        "arxiv_id": model["arxiv_id"],
        "import_id": model["import_id"],
        "import_file": model["file_name"],
        "import_row": model["row_number"],
        "model": model["model"],
        "title": title,
        "url": model["url"] if address.startswith(("http://", "https://")) else linked,
        "published": published,
        "year": year,
        "accelerator": model["accelerator"] and model["accelerator"][:NAME_CHARACTERS],
        **{name: model[name] for name in ("accelerator_count", "duration_hours", "note", *AMOUNTS)},
        **dict.fromkeys(BURDEN),
        "hardware_burden_flop": model["hardware_burden_flop"],
        "method": None,
        "confidence": None,
        **results_columns(points),
        "fact_keys": [],
        "search": search_text(model["model"], title, model["arxiv_id"]),
    }
