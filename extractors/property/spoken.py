"""Sentences that may state a property, the amounts in them, and what the words around an amount make of it.

1. ``patterns/property_mentions.jsonl`` finds an amount with its noun ("300 epochs"), and gives it a first confidence.
2. Of what stands around it (``patterns/property_contexts.jsonl``) the rule that speaks most for it adds its weight, and
   all that speak against it take theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.evidence import evidence_of
from extractors.judge import SentenceSignals
from extractors.judgement import Place
from extractors.mentions import Sentence, sentences_of
from extractors.patterns import TextRule, load_text_rules
from extractors.property.amounts import amount_of, power_of, scaled
from extractors.property.limits import is_plausible
from extractors.records import Document, ModelProperty, Passage, Property, Role, Stage, Status
from extractors.stages import stage_in

ACCEPTED_FROM = 0.5
CANDIDATE_FROM = 0.3
HIGHEST = 0.85
"""Of what stands in a sentence."""
UNSURE = ACCEPTED_FROM - 0.1
"""What a reading is lowered to that misses something it needs."""

_READ_ROLES = (Role.BODY, Role.CAPTION, Role.FOOTNOTE, Role.TITLE)
_LOOK_BACK = 130
_LOOK_AHEAD = 70
_LONGEST_SENTENCE = 700
"""Longer ones are tables and lists that were read as text."""
_MOST_MENTIONS = 8
"""Of one property in a sentence; more is a list."""
_FEWEST_WITHOUT_UNIT = 10_000
_EARLIER = 300
"""Characters before a sentence in which the training set stands that it speaks of."""

_MAY_STATE = re.compile(r"epoch|param|weights|FLOP|MAdd|MACs|mult|train|tun(?:ed|ing|e)\b")
_VERB = re.compile(
    r"\bpre-?\s?trained\b(?=\s(?:on|for|using|with|in|from|over|during|by|to|and|until|\d)|[,.])"
    r"|\b(?<!pre-)(?<!pre\s)(?!pre-?\s?trained)(?:(?:pre|fine|re)[\s-]?)?(?:train|tun)(?:s|ed|ing|e|es)?\b(?![\s-](?:models?|networks?|"
    r"weights|checkpoints?|backbones?|language|parameters|set|data|images?|epochs?|samples?|examples?|schedules?|scheme|"
    r"and test)\b)",
    re.IGNORECASE,
)
_OF_A_STAGE = re.compile(
    r"\b(?:during|for|in|at|of)\s(?:the\s|our\s|supervised\s|task\s){0,2}(fine-?\s?tuning|pre-?training)\b",
    re.IGNORECASE,
)
_TRAINING = re.compile(r"\btrain(?:ed|ing)?\b", re.IGNORECASE)
_SEARCH = re.compile(
    r"\b(?:child|sampled|candidate|proxy|controller|top)\s(?:\w+\s){0,4}(?:models?|networks?|architectures?)\b"
    r"|\bsearch\b|\brerank",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence of a passage, to be read."""

    passage: Passage
    start: int
    end: int
    """Offsets in the passage's text."""
    text: str

    @property
    def earlier(self) -> str:
        """What stands before it in its passage."""
        return self.passage.text[max(0, self.start - _EARLIER) : self.start]


@dataclass(frozen=True, slots=True)
class Mention:
    """An amount with its noun, at ``text[start:end]`` of a sentence."""

    rule: TextRule
    quantity: float
    start: int
    end: int
    doubled: bool
    """Multiply-adds, to be counted twice."""


def spoken_sentences(document: Document) -> Iterator[Spoken]:
    """The sentences that may state a property."""
    for passage in document.passages:
        if passage.role in _READ_ROLES and _MAY_STATE.search(passage.text):
            for start, end in sentences_of(passage.text):
                text = passage.text[start:end]
                if end - start <= _LONGEST_SENTENCE and _MAY_STATE.search(text):
                    yield Spoken(passage, start, end, text)


def mentions_in(text: str, label: str) -> list[Mention]:
    """The amounts of one kind, in order; none of a sentence that lists many."""
    found: dict[int, Mention] = {}
    for rule in load_text_rules("property_mentions"):
        if rule.label == label:
            for match in rule.pattern.finditer(text):
                mention = _mention(rule, match)
                if mention is not None:
                    found.setdefault(match.start("number"), mention)
    return [found[start] for start in sorted(found)] if len(found) <= _MOST_MENTIONS else []


def _mention(rule: TextRule, match: re.Match[str]) -> Mention | None:
    """None for a number without a unit that is too small to be one of parameters or operations."""
    groups = match.groupdict()
    quantity = amount_of(match["number"], groups.get("scale"))
    if quantity is None:
        return None
    giga = groups.get("giga")
    if giga:
        quantity = scaled(quantity, power_of(giga) or 0)
    elif rule.label in ("parameters", "flop") and not groups.get("scale") and quantity < _FEWEST_WITHOUT_UNIT:
        return None
    return Mention(rule, quantity, match.start(), match.end(), bool(groups.get("doubled")))


def weighed(
    spoken: Spoken, start: int, end: int, label: str, first: float, tied: float = 0.0
) -> tuple[float, tuple[str, ...]]:
    """A confidence, and the rules that made it of ``first``, by the words before and behind ``text[start:end]``, the
    whole sentence and the heading.

    ``tied``: what a name adds that the caller found; of all that speaks for a reading only the most counts.
    """
    text = spoken.text
    sides = {
        "before": text[max(0, start - _LOOK_BACK) : start],
        "after": text[end : end + _LOOK_AHEAD],
        "sentence": text,
        "section": spoken.passage.section or "",
    }
    rules = [rule for side, rule in _contexts(label) if rule.pattern.search(sides[side])]
    speaks_for = max([tied, *(rule.weight for rule in rules)], default=0.0)
    return first + speaks_for + sum(min(0.0, rule.weight) for rule in rules), tuple(rule.id for rule in rules)


@cache
def _contexts(label: str) -> tuple[tuple[str, TextRule], ...]:
    rules = ((rule.label.split(), rule) for rule in load_text_rules("property_contexts"))
    return tuple((side, rule) for (kind, side), rule in rules if kind == label)


def stage_at(spoken: Spoken, anchor: int) -> Stage:
    """By the verb that stands nearest before the words, else behind them; plain training by the heading.

    "We pre-train for 90 epochs and fine-tune for 30": at 30, finetuning      "trained for 5 epochs": training
    """
    if _SEARCH.search(spoken.text, 0, anchor):
        return Stage.SEARCH
    verbs = list(_VERB.finditer(spoken.text))
    nearest = min(verbs, key=lambda verb: (verb.start() > anchor, abs(anchor - verb.start())), default=None)
    said = stage_in(nearest.group()) if nearest else None
    if said in (Stage.FINETUNING, Stage.PRETRAINING):
        return said
    elsewhere = _OF_A_STAGE.search(spoken.text)
    of_heading = stage_in(elsewhere[1]) if elsewhere else stage_in(spoken.passage.section or "")
    if of_heading or said:
        return of_heading or said or Stage.UNSPECIFIED
    return Stage.TRAINING if _TRAINING.search(spoken.text) else Stage.UNSPECIFIED


def record_of(
    spoken: Spoken,
    kind: Property,
    quantity: float,
    span: tuple[int, int],
    confidence: float,
    rules: Sequence[str],
    *,
    model: str | None = None,
    benchmark: str | None = None,
    stage: Stage = Stage.UNSPECIFIED,
) -> Iterator[ModelProperty]:
    """The record that rests on ``span`` of the sentence, unless it is too unsure or no model can be so."""
    confidence = round(min(confidence, HIGHEST), 2)
    if confidence < CANDIDATE_FROM or not is_plausible(kind, quantity):
        return
    place = Place(spoken.passage, Sentence(spoken.start, spoken.end), SentenceSignals("", {}))
    yield ModelProperty(
        evidence=evidence_of(place, [(spoken.start + span[0], spoken.start + span[1])], tuple(rules)),
        property=kind,
        quantity=quantity,
        model=model,
        benchmark=benchmark,
        stage=stage,
        confidence=confidence,
        status=Status.ACCEPTED if confidence >= ACCEPTED_FROM else Status.CANDIDATE,
    )
