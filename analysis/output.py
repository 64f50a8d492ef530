"""A report as a folder: written beside the old one and moved into its place whole, or not at all."""

from __future__ import annotations

import csv
import glob
import io
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.comparison import PairedPoint
from analysis.document import document, html, markdown
from analysis.figures.gallery import draw_all
from analysis.model_comparison import ModelComparison
from analysis.points import rows_of
from analysis.records import Coefficient, Fit, Subject
from analysis.report import Analysis
from db.stated_models import StatedModel

FORMATS = ("html", "md", "csv", "json", "svg", "png")
MANIFEST = "burden-report.json"
"""Names the files of a report, so that a later one replaces these and nothing else."""
_SCRATCH = ".burden-unfinished."
"""Part of the name of the folder in which a report is written."""
_LEFTOVER_SECONDS = 24 * 3600
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COEFFICIENTS = ("intercept", "slope", "slope_year")


class OutputError(Exception):
    """A report was not written: which folder, and why."""


def write_report(analysis: Analysis, folder: Path, formats: Collection[str] = FORMATS) -> list[Path]:
    """Writes the report and returns its files; the same analysis gives the same bytes.

    An earlier report in ``folder`` is replaced when the new one is whole, and stays as it is if that fails; only in a
    folder that can't be renamed (a mount point) files are replaced one by one. Any other folder that is not empty is
    refused with ``OutputError``, and so is a report to which somebody added files.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise OutputError(f"no format {', '.join(unknown)}; there are {', '.join(FORMATS)}")
    target = folder.resolve()
    _refuse_foreign(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        renamed = not target.exists() or (not target.is_mount() and os.access(target.parent, os.W_OK))
        scratch = target.parent if renamed else target
        prefix = f".{target.name}{_SCRATCH}"
        _remove_leftovers(scratch, prefix)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=scratch) as holder:
            new = Path(holder) / "new"
            new.mkdir()
            names = _fill(new, report_files(analysis, formats))
            if renamed:
                _move_into_place(new, target, Path(holder) / "old")
            else:
                _replace_files(new, target, names)
    except OSError as error:
        raise OutputError(f"{target}: the report could not be written ({error.strerror or error})") from error
    return [target / name for name in names]


def report_files(analysis: Analysis, formats: Collection[str] = FORMATS) -> Iterator[tuple[str, bytes]]:
    """Names within the folder, and contents."""
    if set(formats) & {"html", "md", "svg", "png"}:
        yield from _pages_and_figures(analysis, formats)
    if "csv" in formats:
        yield "fits.csv", csv_bytes(_fit_rows(analysis), _fit_columns())
        yield "points.csv", _frame_bytes(analysis.points.sort_values("point_key", kind="stable"))
        yield "projections.csv", _frame_bytes(analysis.projections)
        yield "comparison.csv", _comparison_bytes(analysis)
        if analysis.models is not None:
            yield "models.csv", _models_bytes(analysis.models)
    if "json" in formats:
        yield "fits.json", json_bytes(json_contents(analysis))


def _pages_and_figures(analysis: Analysis, formats: Collection[str]) -> Iterator[tuple[str, bytes]]:
    gallery = draw_all(analysis)
    contents = document(analysis, gallery)
    if "html" in formats:
        yield "index.html", html(contents, has_files="svg" in formats).encode()
    if "md" in formats:
        pictures = next((suffix for suffix in ("svg", "png") if suffix in formats), None)
        yield "report.md", markdown(contents, pictures).encode()
    for drawing in gallery.drawings():
        if "svg" in formats:
            yield f"figures/{drawing.name}.svg", drawing.svg
        if "png" in formats:
            yield f"figures/{drawing.name}.png", drawing.png


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{target} is a file; a report is a folder")
    present = {
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if (not path.is_dir() or path.is_symlink()) and _SCRATCH not in path.relative_to(target).parts[0]
    }
    if not present:
        return
    named = _listed_files(target)
    if not named:
        raise OutputError(f"{target} holds files and is no report of burden; name another folder")
    foreign = sorted(present - named - {MANIFEST})
    if foreign:
        more = f" and {len(foreign) - 1} more files" if foreign[1:] else ""
        raise OutputError(
            f"{target} holds {foreign[0]!r}{more} that no report wrote and "
            " that would be lost; move them, or name another folder"
        )


def _fill(folder: Path, files: Iterator[tuple[str, bytes]]) -> list[str]:
    names = []
    for name, contents in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(contents)
        names.append(name)
    (folder / MANIFEST).write_bytes(json_bytes({"files": sorted(names), "written_by": "burden analyze"}))
    return [*names, MANIFEST]


def _move_into_place(new: Path, target: Path, old: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:  # an interrupted run, too, gives the old report back
        old.rename(target)
        raise
    shutil.rmtree(old)


def _replace_files(new: Path, target: Path, names: Sequence[str]) -> None:
    """The new files over the old, the list of them last; then the old ones that the new report has not."""
    old = _listed_files(target)
    for name in names:
        (target / name).parent.mkdir(exist_ok=True)
        (new / name).replace(target / name)
    for name in sorted(old - set(names)):
        (target / name).unlink(missing_ok=True)


def _listed_files(folder: Path) -> set[str]:
    """Those that a report in ``folder`` says it wrote."""
    try:
        return set(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _remove_leftovers(folder: Path, prefix: str) -> None:
    """Unfinished reports of runs that were killed; one of less than a day may still be under way."""
    for path in folder.glob(f"{glob.escape(prefix)}*"):
        if time.time() - path.stat().st_mtime > _LEFTOVER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def csv_bytes(rows: Iterator[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Unknown is empty; a text that a spreadsheet would run as a formula gets an apostrophe before it.

    "=1+1" -> "'=1+1"        -0.0933 -> -0.0933        NaN, None -> ""
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_value(row.get(column)) for column in columns])
    return buffer.getvalue().encode("utf-8", "replace")


def _csv_value(value: Any) -> object:
    value = _plain_value(value)
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
    return "" if value is None else value


def json_bytes(contents: object) -> bytes:
    """Sorted keys, null for unknown, and never NaN or Infinity, which JSON lacks."""
    text = json.dumps(_plain_value(contents), sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode()


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return str(value) if isinstance(value, str) else value


def _frame_bytes(frame: pd.DataFrame) -> bytes:
    return csv_bytes(rows_of(frame), [str(column) for column in frame.columns])


def _fit_columns() -> list[str]:
    measures = [field for field in Fit.__dataclass_fields__ if field not in ("subject", "n", "coefficients", "note")]
    uncertainties = [field for field in Coefficient.__dataclass_fields__ if field not in ("name", "value")]
    coefficients = [
        column for name in _COEFFICIENTS for column in (name, *(f"{name}_{each}" for each in uncertainties))
    ]
    return [*Subject.__dataclass_fields__, "n", *coefficients, *measures, "note", "refused", "reason"]


def _fit_rows(analysis: Analysis) -> Iterator[dict[str, Any]]:
    """Fits, then refusals: those have a cause where a fit has numbers."""
    for fit in analysis.laws.fits:
        row = asdict(fit)
        row |= row.pop("subject")
        for coefficient in row.pop("coefficients"):
            name = coefficient.pop("name")
            row[name] = coefficient.pop("value")
            row |= {f"{name}_{each}": value for each, value in coefficient.items()}
        yield row
    for refusal in analysis.laws.refusals:
        yield {**asdict(refusal.subject), "n": refusal.n, "refused": refusal.cause.value, "reason": refusal.reason}


def _comparison_bytes(analysis: Analysis) -> bytes:
    rows = [
        {**asdict(pair), "value_difference": pair.value_difference, "log10_burden_ratio": pair.log10_burden_ratio}
        for pair in analysis.pairs
    ]
    columns = [*PairedPoint.__dataclass_fields__, "value_difference", "log10_burden_ratio"]
    return csv_bytes(iter(rows), columns)


def _models_bytes(models: ModelComparison) -> bytes:
    sides = [name for name in StatedModel.__dataclass_fields__ if name not in ("source", "arxiv_id")]
    rows = (
        {
            "source": pair.imported.source,
            "arxiv_id": pair.imported.arxiv_id,
            "rule": pair.rule,
            "same_accelerator": pair.same_accelerator,
            **{f"own_{name}": getattr(pair.own, name) for name in sides},
            **{f"imported_{name}": getattr(pair.imported, name) for name in sides},
        }
        for pair in models.pairs
    )
    columns = [f"{side}_{name}" for name in sides for side in ("own", "imported")]
    return csv_bytes(rows, ["source", "arxiv_id", "rule", "same_accelerator", *columns])


def json_contents(analysis: Analysis) -> dict[str, Any]:
    """All figures of the analysis, for programs."""
    laws = analysis.laws
    far = laws.influence["outlier"] | laws.influence["high_leverage"]
    return {
        "code_version": analysis.code_version,
        "command": analysis.command,
        "constants": asdict(analysis.constants),
        "conversions": {benchmark: asdict(each) for benchmark, each in analysis.conversions.items()},
        "data_digest": analysis.data_digest,
        "options": dict(analysis.options),
        "points": len(analysis.points),
        "fits": [asdict(each) for each in laws.fits],
        "refusals": [asdict(each) for each in laws.refusals],
        "left_out": [asdict(each) for each in laws.left_out],
        "form_comparisons": [asdict(each) for each in laws.comparisons],
        "outliers_and_high_leverage": list(rows_of(laws.influence[far.astype(bool)])),
        "projections": list(rows_of(analysis.projections)),
        "comparison_summaries": [asdict(each) for each in analysis.summaries],
        "comparison": [asdict(each) for each in analysis.pairs],
        "models_of_imports": asdict(analysis.models) if analysis.models else None,
        "changes": asdict(analysis.changes) if analysis.changes else None,
    }
