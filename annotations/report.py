"""An evaluation as one HTML page: figures first, then every miss beside the place in the paper where it stands."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from annotations.comparison import Difference
from annotations.evaluation import Evaluation
from annotations.misses import Miss, MissKind, reasons
from extractors.crops import Colour, Crop, Sight, crops
from extractors.records import PaperError

_TEMPLATE = "report.html"
_GOLD_COLOUR: Colour = (29, 78, 216)
_EXPORT_COLOUR: Colour = (194, 65, 12)
_HELD_BACK_COLOUR: Colour = (13, 148, 110)


@dataclass(frozen=True, slots=True)
class ShownMiss:
    """A miss and its picture, or why there is none."""

    miss: Miss
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
    At most so many of the misses are shown.
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
    papers = [
        (paper, list(_shown(list(misses), pdfs.get(paper))))
        for paper, misses in groupby(evaluation.misses[:most], key=lambda miss: miss.arxiv_id)
    ]
    return environment.get_template(_TEMPLATE).render(
        evaluation=evaluation,
        differences=list(differences),
        export=export,
        gold=gold,
        against=against,
        papers=papers,
        shown=min(most, len(evaluation.misses)),
        reasons=reasons(evaluation.misses),
        colours={name: Markup("rgb({}, {}, {})").format(*colour) for name, colour in colours.items()},
    )


def _shown(misses: list[Miss], pdf: Path | None) -> Iterator[ShownMiss]:
    """The misses of one paper, which is opened once."""
    if pdf is None:
        yield from (ShownMiss(miss, no_picture="the PDF of this paper is not at hand") for miss in misses)
        return
    placed = [(miss, sight) for miss in misses if (sight := _sight(miss)) is not None]
    try:
        drawn = crops(pdf.read_bytes(), [sight for _, sight in placed])
        pictures = dict(zip((miss for miss, _ in placed), drawn, strict=True))
    except (PaperError, OSError) as error:
        yield from (ShownMiss(miss, no_picture=f"the PDF can't be read: {error}") for miss in misses)
        return
    for miss in misses:
        picture = pictures.get(miss)
        if isinstance(picture, Crop):
            yield ShownMiss(miss, picture)
        else:
            yield ShownMiss(miss, no_picture=str(picture) if picture else "no page is known")


def _sight(miss: Miss) -> Sight | None:
    """Where to look: at the run itself, with what comes nearest and what was held back, if on the same page."""
    run = miss.run
    if run.page is None:
        return None
    missed = miss.kind is MissKind.MISSED
    own, other = (_GOLD_COLOUR, _EXPORT_COLOUR) if missed else (_EXPORT_COLOUR, _GOLD_COLOUR)
    others = ((miss.nearest, other), (miss.held_back, _HELD_BACK_COLOUR))
    beside = tuple((one.box, colour) for one, colour in others if one and one.box and one.page == run.page)
    return Sight(run.page, own, run.box, run.text, beside)
