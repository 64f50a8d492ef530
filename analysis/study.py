"""The whole analysis of a table of points: every law, its projections, and machine beside people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

import pandas as pd

from analysis.comparison import PairedPoint, compare_with_imports, paired_points, summaries
from analysis.constants import CostConstants, Target, fits_2020, printed_2020, targets_2020, targets_from
from analysis.filling import FixedConversion
from analysis.laws import Laws, fit_laws
from analysis.model_comparison import ModelComparison
from analysis.points import data_digest
from analysis.projections import projection_table
from analysis.records import Computing, Estimator, Fit, Refusal
from analysis.report import Analysis, Changes
from db.fits import StoredCoefficient, StoredFit
from db.influences import PointInfluence

ANALYSIS_VERSION = "1"
"""Of what the fits are: another version's fits are not compared with this one's as if the data had changed."""

_FEWEST_PAIRS = 5
_PROJECTED = (Computing.HARDWARE_BURDEN, Computing.FILLED_BURDEN)


def study(
    points: pd.DataFrame,
    constants: CostConstants,
    command: str,
    conversions: Mapping[str, FixedConversion] | None = None,
    options: Mapping[str, str] | None = None,
    changes: Changes | None = None,
    models: ModelComparison | None = None,
) -> Analysis:
    """Fit, project and compare; the same points and constants give the same analysis.

    ``command`` is the command line that makes it again, ``conversions`` are by benchmark in place of fitted ones,
    ``models`` what ``compare_models`` made of the models that need no point.
    """
    pairs = compare_with_imports(points)
    laws = fit_laws(pd.concat([points, _worth_a_line(points, pairs)], ignore_index=True), conversions)
    return Analysis(
        points=points,
        laws=laws,
        projections=_projections(points, laws, constants),
        pairs=pairs,
        summaries=summaries(pairs),
        constants=constants,
        data_digest=data_digest(points),
        code_version=ANALYSIS_VERSION,
        command=command,
        changes=changes,
        options=options or {},
        conversions=conversions or {},
        models=models,
    )


def _worth_a_line(points: pd.DataFrame, pairs: tuple[PairedPoint, ...]) -> pd.DataFrame:
    """The points that both sides know, of benchmarks with enough of them to be fitted from either side."""
    both = paired_points(points, pairs)
    sizes = both.groupby(["source", "benchmark", "metric"])["point_key"].transform("size")
    return both[sizes >= _FEWEST_PAIRS]


def _projections(points: pd.DataFrame, laws: Laws, constants: CostConstants) -> pd.DataFrame:
    fits = [
        fit for fit in laws.fits if fit.subject.estimator is Estimator.ORDINARY and fit.subject.computing in _PROJECTED
    ]
    benchmarks = set(points["benchmark"])
    published = [fit for fit in fits_2020() if fit.subject.benchmark in benchmarks]
    return projection_table([*published, *fits], _targets(points, fits), constants, printed_2020())


def _targets(points: pd.DataFrame, fits: list[Fit]) -> Iterator[Target]:
    """Those of the study, and for each benchmark the best error that any point has, and parts of it."""
    yield from targets_2020()
    fitted = sorted({(fit.subject.benchmark, fit.subject.metric) for fit in fits})
    for benchmark, metric in fitted:
        of_benchmark = points[(points["benchmark"] == benchmark) & (points["metric"] == metric)]
        best = of_benchmark[of_benchmark["error_fraction"] > 0]["error_fraction"].min()
        yield from targets_from(
            Target(benchmark, metric, "best of all points", float(best), "the points of this analysis")
        )


def stored_fits(laws: Laws) -> list[StoredFit]:
    """Fits and refusals as the database keeps them, in their order."""
    return [_stored_fit(fit) for fit in laws.fits] + [_stored_refusal(refusal) for refusal in laws.refusals]


def stored_influences(laws: Laws, points: pd.DataFrame) -> list[PointInfluence]:
    """Of every point of a paper that is on a main line, the largest over these lines, ordered by key.

    Imported points have none: there is no paper of theirs to review.
    """
    of_papers = points[points["basis"] != "imported"].set_index("point_key")["arxiv_id"]
    on_lines = laws.influence[laws.influence["point_key"].isin(of_papers.index)]
    found = []
    for point_key, rows in on_lines.groupby("point_key", sort=True):
        distances = rows["cooks_distance"].astype(float)
        found.append(
            PointInfluence(
                point_key=str(point_key),
                paper_key=str(of_papers[point_key]),
                cooks_distance=None if distances.isna().any() else float(distances.max()),
                high_leverage=bool(rows["high_leverage"].any()),
                outlier=bool(rows["outlier"].any()),
            )
        )
    return found


def _stored_fit(fit: Fit) -> StoredFit:
    return StoredFit(
        **asdict(fit.subject),
        n=fit.n,
        coefficients=tuple(StoredCoefficient(**asdict(each)) for each in fit.coefficients),
        r_squared=fit.r_squared,
        aic=fit.aic,
        bic=fit.bic,
        record=asdict(fit),
    )


def _stored_refusal(refusal: Refusal) -> StoredFit:
    return StoredFit(
        **asdict(refusal.subject),
        n=refusal.n,
        cause=refusal.cause,
        reason=refusal.reason,
        record=asdict(refusal),
    )
