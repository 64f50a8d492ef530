"""An evaluation as one HTML page: figures first, then every miss beside the place in the paper where it stands."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Generic, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from annotations.comparison import Difference
from annotations.evaluation import Evaluation
from annotations.join_scoring import JoinOutcome, JudgedJoin, join_outcomes
from annotations.misses import Miss, MissKind, reasons
from annotations.result_misses import ResultMiss, ResultMissKind, result_reasons
from annotations.stated_results import StatedResult
from annotations.stated_runs import StatedRun
from extractors.crops import Colour, Crop, Sight, crops
from extractors.records import PaperError

_TEMPLATE = "report.html"
_GOLD_COLOUR: Colour = (29, 78, 216)
_EXPORT_COLOUR: Colour = (194, 65, 12)
_HELD_BACK_COLOUR: Colour = (13, 148, 110)


AnyMiss = TypeVar("AnyMiss", Miss, ResultMiss, JudgedJoin)


@dataclass(frozen=True, slots=True)
class ShownMiss(Generic[AnyMiss]):
    """A miss and its picture, or why there is none."""

    miss: AnyMiss
    page: int | None = None
    """On which the picture looks."""
    picture: Crop | None = None
    no_picture: str | None = None

    @property
    def picture_url(self) -> str:
        return "data:image/jpeg;base64," + b64encode(self.picture.jpeg).decode() if self.picture else ""


def report_page(
    evaluation: Evaluation,
    pdfs: Mapping[str, Path],
    *,
    export: str,
    gold: str,
    differences: Iterable[Difference] = (),
    against: str = "",
    most: int,
) -> str:
    """The page, whole in itself: styles and pictures are inline, and it asks nothing of a network.

    ``pdfs``: the papers that can be shown. ``export``, ``gold``, ``against``: what people call what was judged.
    At most so many of the misses of runs, of results and of joins are shown.
    """
    # Papers and their readers are strangers: autoescape and the page's own policy keep what they wrote from acting.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    colours = {"gold": _GOLD_COLOUR, "export": _EXPORT_COLOUR, "held_back": _HELD_BACK_COLOUR}
    joins = evaluation.joins.misses if evaluation.joins else ()
    return environment.get_template(_TEMPLATE).render(
        evaluation=evaluation,
        differences=list(differences),
        export=export,
        gold=gold,
        against=against,
        papers=_by_paper(evaluation.misses[:most], pdfs, _sight_of_run),
        reasons=reasons(evaluation.misses),
        result_papers=_by_paper(evaluation.result_misses[:most], pdfs, _sight_of_result),
        result_reasons=result_reasons(evaluation.result_misses),
        result_kinds=list(ResultMissKind),
        join_papers=_by_paper(joins[:most], pdfs, _sight_of_join),
        join_misses=joins,
        join_outcomes=join_outcomes(evaluation.joins.judged) if evaluation.joins else [],
        colours={name: Markup("rgb({}, {}, {})").format(*colour) for name, colour in colours.items()},
    )


def _by_paper(
    misses: Iterable[AnyMiss], pdfs: Mapping[str, Path], sight_of: Callable[[AnyMiss], Sight | None]
) -> list[tuple[str, list[ShownMiss[AnyMiss]]]]:
    return [
        (paper, list(_shown(list(held), pdfs.get(paper), sight_of)))
        for paper, held in groupby(misses, key=lambda miss: miss.arxiv_id)
    ]


def _shown(
    misses: list[AnyMiss], pdf: Path | None, sight_of: Callable[[AnyMiss], Sight | None]
) -> Iterator[ShownMiss[AnyMiss]]:
    """The misses of one paper, which is opened once."""
    if pdf is None:
        yield from (ShownMiss(miss, no_picture="the PDF of this paper is not at hand") for miss in misses)
        return
    sights = [sight_of(miss) for miss in misses]
    try:
        drawn = list(crops(pdf.read_bytes(), [sight for sight in sights if sight]))
    except (PaperError, OSError) as error:
        yield from (ShownMiss(miss, no_picture=f"the PDF can't be read: {error}") for miss in misses)
        return
    pictures = iter(drawn)
    for miss, sight in zip(misses, sights, strict=True):
        if sight is None:
            yield ShownMiss(miss, no_picture="no page is known")
            continue
        picture = next(pictures)
        if isinstance(picture, Crop):
            yield ShownMiss(miss, sight.page, picture)
        else:
            yield ShownMiss(miss, no_picture=str(picture))


def _sight_of_run(miss: Miss) -> Sight | None:
    """Where to look: at the run itself, with what comes nearest and what was held back, if on the same page."""
    run = miss.run
    own, other = _colours(of_gold=miss.kind is MissKind.MISSED)
    return _sight(run, run.text, own, [(miss.nearest, other), (miss.held_back, _HELD_BACK_COLOUR)])


def _sight_of_result(miss: ResultMiss) -> Sight | None:
    """As of a run; where gold has no place of the value, at the number as it is printed."""
    result = miss.result
    own, other = _colours(of_gold=miss.of_gold)
    words = result.text or result.printed or f"{result.value}"
    return _sight(result, words, own, [(miss.nearest, other), (miss.held_back, _HELD_BACK_COLOUR)])


def _sight_of_join(join: JudgedJoin) -> Sight | None:
    """At the runs that should have been joined, with those that were; else at the result."""
    if join.outcome is JoinOutcome.RESULT_NOT_FOUND:
        return _sight(join.result, f"{join.result.value}", _GOLD_COLOUR, [])
    sights: list[tuple[StatedRun | StatedResult, Colour]] = [
        *((run, _GOLD_COLOUR) for run in (*join.stated, *join.runs)),
        *((run, _EXPORT_COLOUR) for run in join.joined if run not in join.stated),
        *([(join.found, _EXPORT_COLOUR)] if join.found else []),
    ]
    placed = [(one, colour) for one, colour in sights if one.page is not None]
    return _sight(placed[0][0], placed[0][0].text, placed[0][1], placed[1:]) if placed else None


def _colours(*, of_gold: bool) -> tuple[Colour, Colour]:
    """Of what is looked at, and of the other side."""
    return (_GOLD_COLOUR, _EXPORT_COLOUR) if of_gold else (_EXPORT_COLOUR, _GOLD_COLOUR)


def _sight(
    one: StatedRun | StatedResult,
    words: str | None,
    colour: Colour,
    others: Sequence[tuple[StatedRun | StatedResult | None, Colour]],
) -> Sight | None:
    if one.page is None:
        return None
    beside = tuple((other.box, its) for other, its in others if other and other.box and other.page == one.page)
    return Sight(one.page, colour, one.box, words, beside)
