"""Epochs, parameters and operations in sentences, each with the model, stage and training set it is said of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors.lexicon.training_sets import NamedSet, joined_sets, training_sets_in
from extractors.model_names import model_in
from extractors.property.models import is_next_to, model_before, model_behind, pair_before
from extractors.property.spoken import UNSURE, Mention, Spoken, mentions_in, record_of, stage_at, weighed
from extractors.property.tables import AS_WRITTEN, DEFINED, DOUBLED
from extractors.records import ModelProperty, Property, Stage

_NAMED_MODEL = 0.45
"""What a model that is tied to its parameters or operations adds."""

_HAS_SIZE = re.compile(r"\d[^.;]{0,60}(?:param|weights)|param[^.;]{0,40}\d", re.IGNORECASE)
_HAS_OPERATIONS = re.compile(r"FLOP|MAdd|MACs|[Mm]ult|floating")
_EACH = re.compile(r"\s?,?\s?\(?respectively")
_NAMED_WITHIN = 130
"""Characters before epochs within which their model stands."""
_OTHER_SUBJECT = re.compile(r"\b(?:whereas|while|other|others|but|except|and that|;)\s", re.IGNORECASE)
_ADJECTIVE = re.compile(r"^[\s-]?(?:\(?pre-?)?(?:trained|training)\b|^[\s-]pre-?", re.IGNORECASE)
_PRETRAINED_ON = re.compile(
    r"\bpre-?trained\s(?:models?\s|weights\s)?(?:on|with|using|from)\s(?:the\s)?\Z", re.IGNORECASE
)
_WORDS_BEFORE_NAME = r"\s(?:(?:the|both|MS|full|entire|smaller|larger|all)\s){0,3}\Z"
_ON_BEHIND = re.compile(r"^[^.;:,]{0,25}\b(?:on|over|using|with|for|of)" + _WORDS_BEFORE_NAME)
_ON_BEFORE = re.compile(
    r"\b(?:on|over|using|with|for|in|from|to|and)" + _WORDS_BEFORE_NAME + r"|\A\W*\Z", re.IGNORECASE
)


def epochs_in(spoken: Spoken) -> Iterator[ModelProperty]:
    """Of "pre-train for 90 epochs on A and fine-tune for 30 on B" two, each with its stage and training set."""
    mentions = mentions_in(spoken.text, "epochs") if "poch" in spoken.text else []
    of_mention = _sets_of_each(spoken, mentions) if mentions else []
    for number, mention in enumerate(mentions):
        confidence, rules = weighed(spoken, mention.start, mention.end, "epochs", mention.rule.weight)
        stage = stage_at(spoken, mention.start)
        known = [named.training_set for named in of_mention[number]]
        if known and stage is Stage.TRAINING and all(each.role == "pretraining" for each in known):
            stage = Stage.PRETRAINING
        if known and stage is not Stage.PRETRAINING and all(each.benchmark is None for each in known):
            confidence = min(confidence, UNSURE)
        rules = (mention.rule.id, *rules, *(f"training-set.{each.name}" for each in known))
        for benchmark in dict.fromkeys(each.benchmark for each in known) or {None: None}:
            yield from record_of(
                spoken,
                Property.EPOCHS,
                mention.quantity,
                (mention.start, mention.end),
                confidence,
                rules,
                model=_model_of_epochs(spoken.text, mentions, number),
                benchmark=benchmark,
                stage=stage,
            )


def _model_of_epochs(text: str, mentions: Sequence[Mention], number: int) -> str | None:
    """The model that is trained for so many epochs, named before them.

    "P-nets were trained for 600 epochs, whereas Q-nets were trained for 300 epochs": each its own.
    """
    start, begin = mentions[number].start, max(0, mentions[number].start - _NAMED_WITHIN)
    if number and _OTHER_SUBJECT.search(text, mentions[number - 1].end, start):
        begin = max(begin, mentions[number - 1].end)
    return model_in(text[begin : mentions[number].end], start - begin)


def _sets_of_each(spoken: Spoken, mentions: Sequence[Mention]) -> list[list[NamedSet]]:
    """The training sets that go with each of the epochs; where they alternate, each with its own.

    "400 epochs on A, 70 epochs on B" -> A; B      "On A and B, we train for 300 epochs" -> A and B
    "from ImageNet pretrained weights for 12 epochs" -> none, and no heading's
    """
    text = spoken.text
    sets = training_sets_in(text)
    if not sets:
        in_heading = training_sets_in(spoken.passage.section or "")
        return [in_heading] * len(mentions)
    trained_on = [
        each
        for each in sets
        if not _ADJECTIVE.match(text[each.end : each.end + 20])
        and not _PRETRAINED_ON.search(text[max(0, each.start - 40) : each.start])
    ]
    order = "".join(
        kind for _, kind in sorted([(m.start, "m") for m in mentions] + [(s.start, "s") for s in trained_on])
    )
    if len(mentions) > 1 and order in ("ms" * len(mentions), "sm" * len(mentions)):
        return [[each] for each in trained_on]
    ends = [*(mention.start for mention in mentions[1:]), len(text)]
    begins = [0, *(mention.end for mention in mentions[:-1])]
    return [
        _sets_beside(text, mention, trained_on, begin, end)
        for mention, begin, end in zip(mentions, begins, ends, strict=True)
    ]


def _sets_beside(text: str, mention: Mention, sets: Sequence[NamedSet], begin: int, end: int) -> list[NamedSet]:
    """Those right behind the epochs, else the last before them, with what "and" joins to them."""
    behind = [each for each in sets if mention.end <= each.start < end]
    if behind and _ON_BEHIND.search(text[mention.end : behind[0].start]):
        return joined_sets(text, behind)
    before = [each for each in sets if begin <= each.start < mention.start]
    joined = joined_sets(text, before[::-1])
    if joined and _ON_BEFORE.search(text[max(0, joined[-1].start - 30) : joined[-1].start]):
        return joined[::-1]
    return []


def sizes_in(spoken: Spoken, flops_are_multiply_adds: bool) -> Iterator[ModelProperty]:
    """Parameters and operations, each with the model that the words tie to it."""
    text = spoken.text
    mentions = mentions_in(text, "parameters") if _HAS_SIZE.search(text) else []
    mentions += mentions_in(text, "flop") if _HAS_OPERATIONS.search(text) else []
    last: tuple[int, str] | None = None
    for mention in sorted(mentions, key=lambda each: each.start):
        model = model_before(text, mention.start)
        if model is None and text[: mention.end].endswith("parameter"):
            model = model_behind(text, mention.end)
        if model is None and last is not None and is_next_to(text[last[0] : mention.start]):
            model = last[1]
        pair = pair_before(text, mention.start) if model is None and _EACH.match(text, mention.end) else None
        said = [(model, mention.quantity)] if pair is None else [pair[0], (pair[1], mention.quantity)]
        if model is not None:
            last = (mention.end, model)
        for name, quantity in said:
            yield from _size(spoken, mention, name, quantity, flops_are_multiply_adds, paired=pair is not None)


def _size(
    spoken: Spoken, mention: Mention, model: str | None, quantity: float, flops_are_multiply_adds: bool, *, paired: bool
) -> Iterator[ModelProperty]:
    label, first = mention.rule.label, mention.rule.weight
    tied = _NAMED_MODEL if model else 0.0
    confidence, rules = weighed(spoken, mention.start, mention.end, label, first, tied)
    if paired:
        confidence = first + tied
    if model is not None:
        rules += ("property.named-model",)
    kind = Property.PARAMETERS
    if label == "flop":
        kind = Property.FORWARD_FLOP
        doubled = mention.doubled or flops_are_multiply_adds
        quantity *= 2 if doubled else 1
        rules += ((DEFINED,) if doubled and not mention.doubled else ()) + ((DOUBLED if doubled else AS_WRITTEN),)
    span = (mention.start, mention.end)
    yield from record_of(spoken, kind, quantity, span, confidence, (mention.rule.id, *rules), model=model)
