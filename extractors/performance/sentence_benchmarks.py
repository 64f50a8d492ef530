"""Which benchmark a number in a sentence is of: by the words beside it, else by those before, else by the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from extractors.lexicon.benchmarks import Dataset, DatasetMention, find_datasets, load_metrics
from extractors.lexicon.catalogue import load_catalogue
from extractors.mentions import sentences_of
from extractors.performance.context import PaperContext
from extractors.performance.stated import Stated, rule_of
from extractors.records import Document, Passage, Role

_CLASSIFICATION, _LOCALISATION, _TRANSLATION = "image-classification", "localisation", "translation"
_REACH_IN_PASSAGE, _REACH_IN_SECTION = 1_500, 4_000
"""Characters before a sentence that may say what it is about."""
_TELLING_ROLES = (Role.HEADING, Role.CAPTION)
_BEGINNING_OF_A_CAPTION, _BEGINNING = 150, 1_500
_MAIN_SHARE, _LEAST_SHARE_FOR_PLAIN_WORDS = 0.6, 0.4
_TOP5 = "top5_accuracy"
_LONGEST_LIKENESS, _REST_OF_A_NAME, _REACH_OF_A_NAME = 90, 12, 30
_TRAINED = re.compile(r"(?:train|tun|bas)\w*\s$")
_ON_A_NAME = re.compile(r"\s?(?:\([^()]{0,30}\)\s)?on\s(?:the\s)?(?:[A-Z][\w-]{2,30}\s?){1,3}")
_NOT_DATA = re.compile(
    r"\b(?:Tab(?:le|\.)|Fig\w*|Sect?\w*|Eq\w*|Appendix|GPUs?|CPUs?|TPU\w*|NVIDIA|Intel|Pixel|Titan|Snapdragon|ARM|Jetson|iPhone|Qualcomm|[RG]TX|FPS)\b"
)
_LOCALISATION_ERROR = re.compile(r"locali[sz]ation\serror", re.IGNORECASE)
_WAY_OF_MEASURING = re.compile(r"[\s-](?:metric|style|overlap|evaluation)")
_BESIDE = re.compile(r"(?:\s|'s\s|\s?\(|\s?[:=]\s)(?:(?:the|level|challenging)\s)?")
_ON_IT = re.compile(
    r"\s?\(|[\s\w'/%.()-]{0,40}?\b(?:on|for|in|of|with|at|to)\s"
    r"(?:(?:the|both|our|task|new|more|and|standard|challenging|popular)\s){0,4}[\w'-]{0,16}\s?"
)
_SECOND_VERSION = re.compile(
    r"\s?(?:/|,|and|&)\s?(?:the\s)?(v?\d(?:\.\d)?|(?:20)?\d\d|100|other|clean|French|German|Fr|De)\b"
)
_LAST_PART = re.compile(r"(?:v?\d[\d.]*|clean|other|French|German|Fr|De)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A data set and what names it: "in-sentence", "before", "section" or "paper"."""

    dataset: Dataset
    source: str
    distance: int
    """Characters between the number and the name."""
    hint: bool


class SentenceBenchmarks:
    """A paper's sayings about what it was measured on, looked up where a sentence leaves it open."""

    def __init__(self, document: Document, context: PaperContext) -> None:
        self._document = document
        self._context = context

    @cached_property
    def title(self) -> str:
        return " ".join(each.text for each in self._document.passages if each.role is Role.TITLE)

    def named(self, found: Sequence[Stated], passage: Passage, start: int, end: int) -> Iterator[tuple[Stated, Named]]:
        """The numbers of the sentence ``passage.text[start:end]`` that are of a benchmark, each with it."""
        sentence = passage.text[start:end]
        mentions = _with_second_versions(sentence, _topics(sentence), found)
        large = any(each.metric == _TOP5 for each in found)
        for stated in found:
            if _is_on_unknown_data(sentence, stated, mentions):
                continue
            tasks = _tasks_of(stated)
            chosen = _in_sentence(sentence, stated, found, mentions, tasks)
            if chosen is None and not _speaks_of_other_data(sentence) and not _may_be_of_places(stated, passage, start):
                chosen = self._elsewhere(stated, passage, start, _Wanted(tasks, stated.metric is None, large))
            if (
                chosen
                and chosen.dataset.benchmark
                and chosen.dataset.task in tasks
                and self._holds(chosen, sentence, passage, start)
            ):
                yield stated, chosen

    def _elsewhere(self, stated: Stated, passage: Passage, start: int, wanted: _Wanted) -> Named | None:
        """By the sentences before in the passage, the section, or the paper."""
        distance = stated.number.start
        for sentence in _backwards(passage.text[max(0, start - _REACH_IN_PASSAGE) : start]):
            for mention in reversed(_topics(sentence)):
                if wanted.fits(mention):
                    return Named(mention.dataset, "before", distance + len(sentence) - mention.end, mention.hint)
            distance += len(sentence)
        for mention in self._said_in_section(passage, wanted):
            return Named(mention.dataset, "section", _REACH_IN_PASSAGE, mention.hint)
        main = self._main(wanted)
        return Named(main, "paper", _REACH_IN_PASSAGE, False) if main else None

    def _said_in_section(self, passage: Passage, wanted: _Wanted) -> Iterator[DatasetMention]:
        """By its heading, else by the passages of it before this one, the last first."""
        if passage.section:
            fitting = [mention for mention in find_datasets(passage.section) if wanted.fits(mention)]
            if len({mention.dataset for mention in fitting}) == 1:
                yield fitting[0]
        passages = self._document.passages
        index = next(index for index, each in enumerate(passages) if each is passage)
        left = _REACH_IN_SECTION
        for earlier in reversed(passages[:index]):
            if earlier.section != passage.section or left <= 0:
                break
            if earlier.role is Role.BODY:
                left -= len(earlier.text)
                for sentence in _backwards(earlier.text[-_REACH_IN_PASSAGE:]):
                    yield from (mention for mention in reversed(_topics(sentence)) if wanted.fits(mention))

    def _main(self, wanted: _Wanted) -> Dataset | None:
        """The benchmark that the title, headings, captions and the abstract speak of."""
        of_task = Counter({each: count for each, count in self._counts.items() if each.task in wanted.tasks})
        if not of_task:
            return None
        best, count = of_task.most_common(1)[0]
        if wanted.plain and count < _LEAST_SHARE_FOR_PLAIN_WORDS * sum(self._counts.values()):
            return None
        return best if best.benchmark and count >= _MAIN_SHARE * sum(of_task.values()) else None

    @cached_property
    def _counts(self) -> Counter[Dataset]:
        """How often title, headings, captions and the beginning name each data set."""
        passages = self._document.passages
        texts = [self.title, *(each.text[:_BEGINNING_OF_A_CAPTION] for each in passages if each.role in _TELLING_ROLES)]
        left = _BEGINNING
        for passage in passages:
            if passage.role is Role.BODY and left > 0:
                texts.append(passage.text[:left])
                left -= len(passage.text)
        mentions = [mention for text in texts for mention in find_datasets(text)]
        return Counter(each.dataset for each in mentions if not each.hint or self._context.holds(each.dataset))

    def _holds(self, chosen: Named, sentence: str, passage: Passage, start: int) -> bool:
        """Whether "En-De" is that of WMT 2014: said so beside it, or in the paper and nothing beside it denies it."""
        if not chosen.hint or chosen.dataset.context.search(sentence):
            return True
        for earlier in (sentence, *_backwards(passage.text[max(0, start - _REACH_IN_PASSAGE) : start])):
            if chosen.dataset.context.search(earlier):
                return True
            if any(
                each.dataset.benchmark is None and each.dataset.task == chosen.dataset.task
                for each in find_datasets(earlier)
            ):
                return False
        return self._context.holds(chosen.dataset)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a data set named elsewhere must be."""

    tasks: frozenset[str]
    plain: bool
    """Only "accuracy" or "error" is said, which any data may have: the nearest data set counts, whatever its task."""
    large: bool
    """The five best guesses are counted, as only data of many classes have them."""

    def fits(self, mention: DatasetMention) -> bool:
        if self.large and mention.dataset.benchmark and mention.dataset.benchmark.startswith("cifar"):
            return False
        return self.plain or mention.dataset.task in self.tasks


def _backwards(text: str) -> Iterator[str]:
    """The sentences of a text, the last first."""
    yield from (text[start:end] for start, end in reversed(list(sentences_of(text))))


def _topics(sentence: str) -> tuple[DatasetMention, ...]:
    """The data sets that a sentence is about: not those that something is like ("the same setup as for CIFAR-10"), nor
    those whose way of measuring is used ("on the VOC metric")."""
    found = find_datasets(sentence)
    if not found:
        return ()
    as_another = rule_of("as-another")
    return tuple(
        each
        for each in found
        if not as_another.search(sentence, max(0, each.start - _LONGEST_LIKENESS), each.start)
        and not (each.dataset.benchmark is None and _WAY_OF_MEASURING.match(sentence, each.end))
    )


def _in_sentence(
    sentence: str, stated: Stated, found: Sequence[Stated], mentions: Sequence[DatasetMention], tasks: Set[str]
) -> Named | None:
    """The data set named beside a number: within its own words, right behind it, before it, else further behind it."""
    if not mentions:
        return None
    start, end = _own_words(stated)
    place = stated.place if len(stated.run.numbers) > 1 else None
    run_end = max(end, stated.run.end)

    def chosen(mention: DatasetMention) -> Named:
        distance = max(mention.start - stated.number.end, stated.number.start - mention.end, 0)
        return Named(mention.dataset, "in-sentence", distance, mention.hint)

    inside = [each for each in mentions if (each.start < end and start < each.end) or _is_beside(sentence, each, start)]
    behind = [each for each in mentions if each.start >= run_end]
    if (inside and place is None) or len({each.dataset for each in inside}) == 1:
        return chosen(inside[-1])
    if place is not None:
        for group in (inside, behind, [each for each in mentions if each.end <= stated.run.start]):
            group = _one_after_another(sentence, group)
            if len(group) == len(stated.run.numbers) and all(_fits(each, tasks) for each in group):
                return chosen(group[place])
    if (
        behind
        and _ON_IT.fullmatch(sentence, run_end, behind[0].start)
        and not _another_between(found, stated, run_end, behind[0].start)
    ):
        return chosen(behind[0])
    plain = stated.metric is None
    before = [each for each in mentions if each.end <= start and (plain or _fits(each, tasks))]
    if before:
        return chosen(before[-1])
    behind = [each for each in behind if plain or _fits(each, tasks)]
    return chosen(behind[0]) if behind else None


def _own_words(stated: Stated) -> tuple[int, int]:
    """From the number to its measure."""
    if stated.chained:
        return stated.run.start, stated.run.end
    return min(stated.run.start, stated.measure.start), max(stated.run.end, stated.measure.end)


def _is_beside(sentence: str, mention: DatasetMention, start: int) -> bool:
    """Right before: "CIFAR-10 error", "the COCO AP", "Flowers (98.8%)"."""
    return mention.end <= start and bool(_BESIDE.fullmatch(sentence, mention.end, start))


def _one_after_another(sentence: str, mentions: Sequence[DatasetMention]) -> list[DatasetMention]:
    """The first of ``mentions`` and those listed with it: "on A and B", "for A, B and C"."""
    listed = list(mentions[:1])
    for mention in mentions[1:]:
        between = sentence[listed[-1].end : mention.start]
        if len(between) > 30 or not re.fullmatch(r"[\w\s'-]{0,14}(?:,|/|&|\band\b|\bor\b)[\s\w'-]{0,14}|\s?", between):
            break
        listed.append(mention)
    return listed


def _another_between(found: Sequence[Stated], stated: Stated, start: int, end: int) -> bool:
    """Whether a number of the same metric stands between, which then owns the name."""
    return any(start <= each.number.start < end and each.metric == stated.metric for each in found)


def _with_second_versions(
    sentence: str, mentions: Sequence[DatasetMention], found: Sequence[Stated]
) -> list[DatasetMention]:
    """With those that leave the first name out: "SQuAD 1.1 and 2.0", "test-clean/other"."""
    complete = list(mentions)
    for mention in mentions:
        second = _SECOND_VERSION.match(sentence, mention.end)
        first = _LAST_PART.search(sentence[mention.start : mention.end])
        if not second or not first or any(each.start <= second.start(1) < each.end for each in mentions):
            continue
        if any(each.number.start <= second.start(1) < each.number.end for each in found):
            continue
        name = sentence[mention.start : mention.start + first.start()] + second[1]
        complete += [
            DatasetMention(each.dataset, second.start(1), second.end(1), each.hint) for each in find_datasets(name)[:1]
        ]
    return sorted(complete, key=lambda each: each.start)


def _may_be_of_places(stated: Stated, passage: Passage, start: int) -> bool:
    """Whether a plain error stands among sentences on errors of localisation."""
    near = max(0, start - _REACH_IN_PASSAGE), start + _REACH_IN_PASSAGE
    return stated.metric is None and _LOCALISATION_ERROR.search(passage.text, *near) is not None


def _speaks_of_other_data(sentence: str) -> bool:
    """Whether it names data that the lexicon does not know: "on the Forest-150 dataset"; not what was trained on."""
    return any(
        not _TRAINED.search(sentence, 0, match.start())
        and not find_datasets(match[0])
        and not _is_no_data(sentence, match.start(), match.end())
        for match in rule_of("other-data").finditer(sentence)
    )


def _is_on_unknown_data(sentence: str, stated: Stated, mentions: Sequence[DatasetMention]) -> bool:
    """Whether a name that the lexicon does not know follows: "62.1% top-1 accuracy on Forests"."""
    named = _ON_A_NAME.match(sentence, _own_words(stated)[1])
    if not named or find_datasets(named[0]):
        return False
    if any(each.start < named.end() + _REACH_OF_A_NAME and named.start() < each.end for each in mentions):
        return False
    return not _is_no_data(sentence, named.start(), named.end())


def _is_no_data(sentence: str, start: int, end: int) -> bool:
    """Hardware, or a part of the paper."""
    if _NOT_DATA.search(sentence, start, end):
        return True
    return any(load_catalogue().mentions(sentence[start : end + _REST_OF_A_NAME]))


def _tasks_of(stated: Stated) -> frozenset[str]:
    if stated.metric is None:
        return frozenset((_CLASSIFICATION,))
    return frozenset(next(metric for metric in load_metrics() if metric.metric == stated.metric).tasks)


def _fits(mention: DatasetMention, tasks: Set[str]) -> bool:
    """Of one of the tasks, or the task that shares its measures and is none of ours."""
    return mention.dataset.task in tasks or (mention.dataset.task == _LOCALISATION and _CLASSIFICATION in tasks)
