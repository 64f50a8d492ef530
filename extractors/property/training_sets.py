"""How many examples a model is trained on: as a sentence says, else the known size of the set that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.lexicon.training_sets import NamedSet, joined_sets, training_sets_in
from extractors.property.spoken import UNSURE, Mention, Spoken, mentions_in, record_of, stage_at, weighed
from extractors.records import ModelProperty, Property, Stage

KNOWN_SIZE = "training-set."
"""Prefix of the rule that names the set of which a size is; alone where the size is the lexicon's."""
FROM_LEXICON = "property.size-from-lexicon"

_ABOUT_THE_SIZE = (0.6, 1.4)
"""Shares of its known size that a stated one lies within."""
_AGREES = 0.4
_DISAGREES = -0.3
_UNNAMED_RELEASE = -0.1
"""The name leaves open which release it is: "COCO"."""
_HAS_EXAMPLES = re.compile(
    r"\d[^;]{0,60}(?:image|sentence|pair|example|sample|document|question|instance|utterance|clip|video)"
)
_TRAINS = re.compile(r"train|tun(?:ed|ing|e)\b|[Ww]e use")


def examples_in(spoken: Spoken) -> Iterator[ModelProperty]:
    """Sizes of training sets, each with the set that the sentence, the ones before it or the heading name."""
    mentions = mentions_in(spoken.text, "training_examples") if _HAS_EXAMPLES.search(spoken.text) else []
    for mention in mentions:
        label, first = "training_examples", mention.rule.weight
        confidence, rules = weighed(spoken, mention.start, mention.end, label, first)
        named = _sets_nearby(spoken, mention)
        for each in named:
            yield from _stated(spoken, mention, each, confidence, rules)
        if not named:
            yield from _stated(spoken, mention, None, confidence, rules)


def _stated(
    spoken: Spoken, mention: Mention, named: NamedSet | None, confidence: float, rules: Sequence[str]
) -> Iterator[ModelProperty]:
    of_set: tuple[str, ...] = ()
    if named is not None:
        of_set = (KNOWN_SIZE + named.training_set.name,)
        confidence += _AGREES if _is_about(mention.quantity, named) else _DISAGREES
        if named.training_set.role == "other":
            confidence = min(confidence, UNSURE)
    yield from record_of(
        spoken,
        Property.TRAINING_EXAMPLES,
        mention.quantity,
        (mention.start, mention.end),
        confidence,
        (mention.rule.id, *rules, *of_set),
        benchmark=named.training_set.benchmark if named else None,
        stage=_stage(spoken, mention.start, named),
    )


def known_sizes_in(spoken: Spoken) -> Iterator[ModelProperty]:
    """The lexicon's size of each set that the sentence says a model of this paper is trained on.

    "We train on ImageNet for 90 epochs" -> 1281167      "features of a network pretrained on ImageNet" -> none
    """
    if not _TRAINS.search(spoken.text):
        return
    for named in training_sets_in(spoken.text):
        known = named.training_set
        if known.role == "other" or known.examples is None:
            continue
        first = _UNNAMED_RELEASE if named.weak else 0.0
        confidence, rules = weighed(spoken, named.start, named.end, "set", first)
        yield from record_of(
            spoken,
            Property.TRAINING_EXAMPLES,
            known.examples,
            (named.start, named.end),
            confidence,
            (FROM_LEXICON, KNOWN_SIZE + known.name, *rules),
            benchmark=known.benchmark,
            stage=_stage(spoken, named.start, named),
        )


def _stage(spoken: Spoken, anchor: int, named: NamedSet | None) -> Stage:
    stage = stage_at(spoken, anchor)
    of_pretraining = named is not None and named.training_set.role == "pretraining"
    return Stage.PRETRAINING if of_pretraining and stage is not Stage.FINETUNING else stage


def _sets_nearby(spoken: Spoken, mention: Mention) -> Sequence[NamedSet]:
    """Of the sets in the sentence those of about that size, else the nearest; else the last ones named before it."""
    here = training_sets_in(spoken.text)
    if here:
        nearest = min(here, key=lambda each: (not _is_about(mention.quantity, each), abs(each.start - mention.start)))
        return joined_sets(spoken.text, here[here.index(nearest) :])
    before = training_sets_in(spoken.earlier)
    if before:
        return joined_sets(spoken.earlier, before[::-1])
    in_heading = training_sets_in(spoken.passage.section or "")
    return in_heading if len(in_heading) == 1 else ()


def _is_about(quantity: float, named: NamedSet) -> bool:
    known = named.training_set.examples
    return known is not None and _ABOUT_THE_SIZE[0] <= quantity / known <= _ABOUT_THE_SIZE[1]
