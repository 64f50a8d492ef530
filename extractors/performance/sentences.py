"""Results that running text states: "our model achieves 28.4 BLEU on WMT 2014 En-De, compared to 26.3 by HazelNet [3]".

Every number that is tied to a measure and to a benchmark is given, the paper's own and those it quotes alike; what was
seen around it is given as signals, by which they are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from extractors.lexicon.benchmarks import Metric, default_metric, load_metrics
from extractors.mentions import sentences_of
from extractors.performance.context import PaperContext
from extractors.performance.sentence_benchmarks import Named, SentenceBenchmarks
from extractors.performance.sentence_models import model_of, names_another
from extractors.performance.stated import Stated, rule_of, rules_of, stated_in
from extractors.records import Document, Passage, Role

MOST_RESULTS_OF_A_PAPER, MOST_SENTENCES_OF_A_PAPER = 400, 1_000
_READ_ROLES = (Role.BODY, Role.CAPTION, Role.FOOTNOTE)
_PRECISE = re.compile(r"\d(?:\.\d|\s?%|\sper\s?cent)")
_MEASURES = tuple(
    "ccurac|rror|op-1|op-5|op 1|op 5|op1|op5|AP|EM|xact|F1|F-|F_1|F 1|BLEU|Bleu|bleu|WER|recision".split("|")
)
"""What every word for a measure holds."""
_NUMBER_ENDS = re.compile(r"(?<=\d)\.\s+(?=[A-Z])")
_UNFINISHED = re.compile(r"\bv\.s\.\s*$")
_CLAUSE_REACH, _UNLESS_BEFORE, _UNLESS_BEHIND = 160, 40, 15
_PREFERENCE_FOR_BEHIND = 10
_TOP5, _IMAGENET = "top5_accuracy", "imagenet"
_LARGEST_TOP5_ERROR, _LEAST_PLAIN_ACCURACY = 16.5, 20.0
_DETECTION = re.compile(r"(?<!keypoint )(?<!pose )\bdetect|\bbox", re.IGNORECASE)
_CROPS = {"text.one-crop": 1, "text.ten-crops": 10, "text.many-crops": 144}


@dataclass(frozen=True, slots=True)
class SentenceValue:
    """A number in a sentence, read as a result, and what was seen around it; offsets are in the passage's text."""

    passage: Passage
    sentence_start: int
    sentence_end: int
    start: int
    end: int
    """Of the number with its unit."""
    benchmark: str
    metric: Metric
    value: float
    """In percent; errors as accuracies."""
    split: str | None
    ensemble: bool | None
    crops: int | None
    model: str | None
    """Only where the sentence ties a name to the value."""
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the numbers that are tied to a measure in it."""

    passage: Passage
    start: int
    end: int
    text: str
    stated: Sequence[Stated]


def sentence_values(document: Document, context: PaperContext) -> list[SentenceValue]:
    """Every number of a document's running text that is a result on a benchmark, in reading order."""
    benchmarks = SentenceBenchmarks(document, context)
    found: list[SentenceValue] = []
    for sentence in islice(_sentences(document), MOST_SENTENCES_OF_A_PAPER):
        last: SentenceValue | None = None
        for stated, named in benchmarks.named(sentence.stated, sentence.passage, sentence.start, sentence.end):
            value = _value(sentence, stated, named, benchmarks.title)
            if value:
                last = value if value.model or not last else _of_the_same_model(value, last, stated)
                found.append(last)
        if len(found) >= MOST_RESULTS_OF_A_PAPER:
            break
    return found


def _sentences(document: Document) -> Iterator[_Sentence]:
    """Those with a precise number beside a word for a measure."""
    for passage in document.passages:
        text = passage.text
        if passage.role not in _READ_ROLES or not _PRECISE.search(text) or not _may_measure(text):
            continue
        for start, end in _spans(text):
            if _PRECISE.search(text, start, end):
                sentence = text[start:end]
                stated = stated_in(sentence) if _may_measure(sentence) else ()
                if stated:
                    yield _Sentence(passage, start, end, sentence, stated)


def _may_measure(text: str) -> bool:
    return any(part in text for part in _MEASURES)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """As sentences go, but "a BLEU of 28.4. The next" ends one and "78% v.s. 80%" does not."""
    open_from: int | None = None
    for start, end in sentences_of(text):
        begin = start if open_from is None else open_from
        if _UNFINISHED.search(text, max(begin, end - 8), end):
            open_from = begin
            continue
        open_from = None
        for match in _NUMBER_ENDS.finditer(text, begin, end):
            yield begin, match.end()
            begin = match.end()
        yield begin, end
    if open_from is not None:
        yield open_from, len(text)


def _value(sentence: _Sentence, stated: Stated, named: Named, title: str) -> SentenceValue | None:
    text, number = sentence.text, stated.number
    metric = _metric_of(stated, named)
    clause = _clause(sentence, stated)
    cues = _cues(text[slice(*clause)])
    split = _split(text, number.start, number.end, *clause)
    if named.dataset.benchmark is None or metric is None or rule_of("no-result").search(text):
        return None
    own_start, own_end = min(number.start, stated.measure.start), max(number.end, stated.measure.end)
    near = text[max(clause[0], own_start - _UNLESS_BEFORE) : min(clause[1], own_end + _UNLESS_BEHIND)]
    if _is_held_back(split, named) or _measures_otherwise(metric, near, title):
        return None
    printed = number.value * (100.0 if number.value < 1 and not number.percent else 1.0)
    value = round(100.0 - printed if metric.complement and _is_error(sentence, stated) else printed, 6)
    if not metric.low_percent <= value <= metric.high_percent or _is_unlikely(stated, named, value):
        return None
    model = model_of(text, stated, _end_before(sentence, stated))
    return SentenceValue(
        passage=sentence.passage,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        start=sentence.start + number.start,
        end=sentence.start + number.end,
        benchmark=named.dataset.benchmark,
        metric=metric,
        value=value,
        split=split,
        ensemble=True if "text.ensemble" in cues else False if "text.single-model" in cues else None,
        crops=next((crops for cue, crops in _CROPS.items() if cue in cues), None),
        model=model,
        signals=_signals(sentence, stated, named, cues, model),
    )


def _metric_of(stated: Stated, named: Named) -> Metric | None:
    """The named one; plain errors of ImageNet that are as small as no first guess's are of the five best."""
    metric = stated.metric
    if metric is None:
        if (
            named.dataset.benchmark != _IMAGENET
            or not stated.measure.error
            or stated.number.value > _LARGEST_TOP5_ERROR
        ):
            return default_metric(named.dataset.task)
        metric = _TOP5
    return next(each for each in load_metrics() if each.metric == metric)


def _is_error(sentence: _Sentence, stated: Stated) -> bool:
    """Whether errors are given: by the measure's own words, else by those of another in the sentence."""
    if stated.measure.error is not None:
        return stated.measure.error
    return next((each.measure.error for each in sentence.stated if each.measure.error is not None), False)


def _measures_otherwise(metric: Metric, near: str, title: str) -> bool:
    """Whether words beside a number, or the title, tell of another measure: AP of poses, errors of localisation."""
    if not metric.unless.search(near) and not metric.paper_unless.search(title):
        return False
    return metric.complement or not _DETECTION.search(f"{title} {near}")


def _is_held_back(split: str | None, named: Named) -> bool:
    """On data for development, where only the test set is the benchmark."""
    return split in named.dataset.not_on


def _is_unlikely(stated: Stated, named: Named, value: float) -> bool:
    """A plain accuracy that is tiny, or one that is rounded and of a benchmark that the sentence does not name."""
    if stated.metric is not None:
        return False
    return value < _LEAST_PLAIN_ACCURACY or (not stated.number.decimal and named.source != "in-sentence")


def _clause(sentence: _Sentence, stated: Stated) -> tuple[int, int]:
    """The words around a number up to a comparison, a new clause or the next number."""
    number, measure = stated.number, stated.measure
    start = max(0, number.start - _CLAUSE_REACH, _end_before(sentence, stated))
    end = min(len(sentence.text), number.end + _CLAUSE_REACH)
    end = min([end, *(each.run.start for each in sentence.stated if each.run.start >= number.end)])
    boundary = rule_of("clause")
    for match in boundary.finditer(sentence.text, start, number.start):
        start = match.start()
    following = boundary.search(sentence.text, max(number.end, measure.end if measure.end <= end else 0), end)
    return start, following.start() if following else end


def _end_before(sentence: _Sentence, stated: Stated) -> int:
    """Where the numbers before end; 0 for the first."""
    return max((each.run.end for each in sentence.stated if each.run.end <= stated.number.start), default=0)


def _split(text: str, number_start: int, number_end: int, clause_start: int, clause_end: int) -> str | None:
    """The part of the data that is named nearest within the clause, else the only one that the sentence names."""
    named = [
        (match.start(), match.end(), rule.id.removeprefix("split."))
        for rule in rules_of("split")
        for match in rule.pattern.finditer(text)
    ]
    near = [
        (start - number_end if start >= number_end else number_start - end + _PREFERENCE_FOR_BEHIND, split)
        for start, end, split in named
        if clause_start <= start and end <= clause_end
    ]
    if near:
        return min(near)[1]
    splits = {split for _, _, split in named}
    return splits.pop() if len(splits) == 1 else None


def _signals(sentence: _Sentence, stated: Stated, named: Named, cues: set[str], model: str | None) -> dict[str, float]:
    passage = sentence.passage
    seen = dict.fromkeys(cues, 1.0)
    seen.update((f"text.sentence-{cue.removeprefix('text.')}", 1.0) for cue in _cues(sentence.text))
    section = passage.section or ""
    seen.update((rule.id, 1.0) for rule in rules_of("section") if rule.pattern.search(section))
    seen["text.distance"] = min(1.0, named.distance / 500)
    for name, present in (
        (f"text.benchmark-{named.source}", True),
        ("text.benchmark-hint", named.hint),
        ("text.metric-plain", stated.metric is None),
        ("text.metric-chained", stated.chained),
        ("text.changed-from", stated.changed_from),
        ("text.listed", len(stated.run.numbers) > 1),
        ("text.rounded", not stated.number.decimal),
        ("text.model", model is not None),
        (f"text.{passage.role.value}", passage.role is not Role.BODY),
        ("text.first-page", passage.page == 1),
    ):
        if present:
            seen[name] = 1.0
    return seen


def _cues(text: str) -> set[str]:
    return {rule.id for rule in rules_of("cue") if rule.pattern.search(text)}


def _of_the_same_model(value: SentenceValue, last: SentenceValue, stated: Stated) -> SentenceValue:
    """The model of the value before, where nothing between compares or names another: "84.4% top-1 / 97.1% top-5"."""
    between = value.passage.text[last.end : value.start]
    second_of_two = stated.place > 0 and "against" in stated.run.separators
    if last.model is None or second_of_two or rule_of("clause").search(between) or names_another(between):
        return value
    return replace(value, model=last.model, signals=value.signals | {"text.model-before": 1.0})
