"""What happens at arXiv night after night: a made-up world, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from loopback_arxiv import LoopbackArxiv
from loopback_files import one_page_pdf

FIRST_DAY = date(2024, 3, 4)
_REVISED_AFTER_NIGHTS = 8
"""A first version has been read by then, whatever befell the nights between: arXiv lists the latest version alone."""
_ACCELERATORS = ("V100", "A100", "P100", "GTX 1080 Ti", "TITAN X", "H100")
_BROKEN = b"%PDF-1.4\nnothing that any reader could make sense of, paper "


@dataclass
class _Story:
    """A paper, with all that has been served of it so far."""

    arxiv_id: str
    title: str
    pdfs: list[bytes | None]
    submitted: list[date]
    night: int
    deleted: bool = False


Change = Callable[[LoopbackArxiv], object]


@dataclass
class World:
    """Papers that appear, are revised, withdrawn and removed; a few are broken, irrelevant, or the same PDF twice.

    world = World(seed=1, nights=50)
    world.advance(arxiv, 7)    # the stand-in now serves what it has on the seventh night
    """

    seed: int
    nights: int
    papers_a_night: int = 3
    _changes: dict[int, list[Change]] = field(default_factory=dict)
    _advanced_to: int = 0

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        stories: list[_Story] = []
        for night in range(1, self.nights + 1):
            self._changes[night] = [*_later_fates(chance, stories, night)]
            for _ in range(chance.randint(1, self.papers_a_night)):
                story = _new(chance, stories, night)
                stories.append(story)
                self._changes[night].append(_served(story, night))

    def day(self, night: int) -> date:
        return FIRST_DAY + timedelta(days=night - 1)

    def advance(self, arxiv: LoopbackArxiv, night: int) -> None:
        """Let everything happen up to this night."""
        for each in range(self._advanced_to + 1, night + 1):
            for change in self._changes.get(each, []):
                change(arxiv)
        self._advanced_to = max(self._advanced_to, night)


def _later_fates(chance: random.Random, stories: list[_Story], night: int) -> Iterator[Change]:
    for story in stories:
        old_enough = night - story.night >= _REVISED_AFTER_NIGHTS
        if not old_enough or story.deleted or story.pdfs[-1] is None or chance.random() > 0.03:
            continue
        fate = chance.choice(("revised", "revised", "withdrawn", "removed"))
        story.night = night
        if fate == "removed":
            story.deleted = True
        else:
            story.pdfs.append(_pdf(chance, story.title) if fate == "revised" else None)
            story.submitted.append(FIRST_DAY + timedelta(days=night - 1))
        yield _served(story, night)


def _new(chance: random.Random, stories: list[_Story], night: int) -> _Story:
    number = len(stories) + 1
    kind = chance.choices(("plain", "broken", "irrelevant", "twin"), (80, 7, 7, 6))[0]
    title = f"On the price of bread, part {number}" if kind == "irrelevant" else f"A deep neural network, part {number}"
    pdf = _pdf(chance, title)
    if kind == "broken":
        pdf = _BROKEN + f"{number}\n%%EOF\n".encode()
    elif kind == "twin" and stories:
        pdf = chance.choice(stories).pdfs[0] or pdf
    day = FIRST_DAY + timedelta(days=night - 1)
    return _Story(f"{day:%y%m}.{number:05}", title, [pdf], [day], night)


def _served(story: _Story, night: int) -> Change:
    """Serve the paper as it is now, whatever becomes of it later."""
    irrelevant = "bread" in story.title
    served: dict[str, Any] = {
        "title": story.title,
        "abstract": "We weigh loaves." if irrelevant else "We train a deep network.",
        "pdfs": tuple(story.pdfs),
        "submitted": tuple(story.submitted),
        "changed": FIRST_DAY + timedelta(days=night - 1),
        "deleted": story.deleted,
    }
    return lambda arxiv: arxiv.add(story.arxiv_id, **served)


def _pdf(chance: random.Random, title: str) -> bytes:
    accelerator = chance.choice(_ACCELERATORS)
    return one_page_pdf(
        f"{title}\n\nAbstract\nWe describe a network of {chance.randint(2, 900)} million parameters.\n\n"
        f"1 Training\nWe trained our model on {chance.choice((1, 2, 4, 8, 64))} NVIDIA {accelerator} GPUs for "
        f"{chance.randint(2, 30)} days. It reaches an accuracy of {chance.randint(600, 990) / 10} % on ImageNet.\n"
    )
