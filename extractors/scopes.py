"""How far a statement reaches: which models, benchmarks and tasks its words, its paragraph and its heading name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from extractors.lexicon.benchmarks import DatasetMention, find_named_data, starts_from
from extractors.mentions import sentences_of
from extractors.patterns import load_text_rules
from extractors.performance.context import PaperContext
from extractors.records import Document, Evidence, Passage

_ALL_MODELS = re.compile(
    r"\b(?:all|each|every|both|these|our|the)\s(?:of\s)?(?:our\s|the\s|other\s)?(?:\w+\s)?(?:models?|networks?|experiments|nets?|variants|runs?"
    r"|architectures|detectors|configurations)\b",
    re.IGNORECASE,
)
_CLASSES = re.compile(
    r"\b(base|big|large|small|tiny|medium|huge|larger|largest|smaller|smallest)\b[-\s]?(?:sized?\s)?(?:models?|networks?|variants?|configurations?)",
    re.IGNORECASE,
)
_CLASS_WORDS = {"larger": "large", "largest": "large", "smaller": "small", "smallest": "small"}
_COMPARES = re.compile(
    r"\b(?:than|unlike|whereas|compared (?:to|with)|following|similar to|as in)\s[^,;.]{0,60}$", re.IGNORECASE
)
_PARTS = re.compile(r"[\s(),;|]+")
_PIECES = re.compile(r"[-_/]+")
_BARE = re.compile(r"[^a-z0-9]")
_CITED_BEHIND = re.compile(r"\s?(?:\[\d|\((?:[A-Z][\w'’-]+)[^()]{0,60}\d{4})")
_ABLATES = re.compile(
    r"\bablation|\bmemory\b|\bspeed\b|\blatency|\bthroughput|\bquickly\b|\bsearch(?:ed|ing)?\b|\bevol(?:ve|ution)\w*"
    r"|\bcontroller\b|\d+k models|\bexperiment ended",
    re.IGNORECASE,
)
_OF_OTHER_DATA = re.compile(r"\b(?:OpenWebText|WebText|LSUN|CelebA)\b")
_LOOK_BACK = 1_500
_RUN_IN = re.compile(r"(?:The\s|For\s)?([A-Z][\w+-]*(?:\s[A-Z][\w+-]*){0,2})\s?[:.]\s")
"""What heads a paragraph: "R-FCN: …"."""
_AS_FOR = re.compile(r"\b(?:as (?:for|in|on)|same as|like(?: for)?)\s(?:the\s)?(?:\S{1,12}\s)?$", re.IGNORECASE)
_SETTING = re.compile(r"\b(mobile|large|small|base|regular|tiny|full)\s(?:settings?|regime)\b", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z][\w+]*(?:[-/][\w+]+){0,4}")
_RULES_OF_TABLES = ("head.", "table.", "property-head.", "property.in-label")
_ORDINARY = frozenset(
    "all our the this that these each every both single training trained train model models network networks baseline"
    " ours with without for and layers layer data forward reversed large small base"
    " best new full standard original plain".split()
)
"""Words that name no model, also where they begin a label with a capital."""
_SHORTEST_KEY = 3
_MOST_WORDS = 120
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model of the results, and the ways to name it."""

    name: str
    label: str
    """Letters and digits."""
    keys: frozenset[str]
    """Of its parts and what these begin with: "DeiT-B ↑384" -> deit, deitb."""
    whole: frozenset[str]
    """Of its parts alone: deitb."""
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a statement reaches, by its words."""

    label: str | None
    """Of the row of a table in which it stands."""
    names: frozenset[str]
    """The models that its sentence names, as the results call them."""
    strange: bool
    """It names a model that no result has."""
    around: frozenset[str]
    """Those that the sentences before it, or the beginning of its paragraph, name."""
    classes: frozenset[str]
    benchmarks: frozenset[str]
    of_others: bool
    """It names data sets, and none of ours."""
    tasks: frozenset[str]
    """Of the section in which it stands: "object-detection", "other"; where it says none, none."""
    settings: frozenset[str]
    """"the Mobile setting" -> mobile."""
    of_all: bool
    aside: bool
    """It tells of an ablation, or of something that was measured."""

    @property
    def is_definite(self) -> bool:
        """It names models, or a kind of them."""
        return bool(self.names or self.classes or self.label or self.strange)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Names side by side in a text."""

    whole: frozenset[str]
    """Keys of the names as they stand."""
    keys: frozenset[str]
    """Of the names that are a model's, or that a model's begins with."""
    beginnings: frozenset[str]
    """Of each name all that it begins with."""


class ScopeReader:
    """Reads how far statements of one paper reach."""

    def __init__(self, document: Document, models: Sequence[NamedModel], context: PaperContext) -> None:
        self._document = document
        self._context = context
        self._models = list({model.name: model for model in models}.values())
        self._labels = {model.label for model in models}
        models = self._models
        counts = Counter(key for model in models for key in model.keys)
        self._weights = {key: log(1 + len(models) / count) + len(key) / 100 for key, count in counts.items()}
        self._words = frozenset(word for model in models for word in model.words)
        self._starts = [passage.start for passage in document.passages]

    def of(self, evidence: Evidence, model: str | None, caption: str = "") -> Scope:
        """The scope of a record with this evidence, and with this model if it names one."""
        if is_in_table(evidence):
            return self._of_table(evidence, model, caption)
        passage = self._passage(evidence)
        sentence = evidence.quote
        before = "" if passage is None else self._before(passage, evidence)
        section = (passage.section or "") if passage else ""
        names = self._named(model) if model else self._named(sentence)
        classes = self._classes(f"{model or ''} {sentence}")
        strange = bool(model) and not names and not classes
        around = frozenset() if names or strange else self._named_last(before) or self._named(section)
        tasks = frozenset(rule.label for rule in load_text_rules("tasks") if rule.pattern.search(section))
        benchmarks, others = self._benchmarks((sentence, False), (section, False), (before, not tasks))
        return Scope(
            label=None,
            names=names,
            strange=strange,
            around=around,
            classes=classes,
            benchmarks=benchmarks,
            of_others=others,
            tasks=tasks,
            settings=frozenset(match[1].lower() for match in _SETTING.finditer(sentence)),
            of_all=_ALL_MODELS.search(sentence) is not None,
            aside=_ABLATES.search(f"{sentence} {_last_sentence(before)} {section}") is not None,
        )

    def _of_table(self, evidence: Evidence, model: str | None, caption: str) -> Scope:
        """A row is of the model that it names: by its very label, else by the names in it."""
        label = (_label(model) if model else "") or None
        names = frozenset() if label is None or label in self._labels else self._named(model or "")
        benchmarks, others = self._benchmarks((evidence.quote, False), (caption, False))
        return Scope(
            label=label,
            names=names,
            strange=label is None,
            around=frozenset(),
            classes=frozenset(),
            benchmarks=benchmarks,
            of_others=others,
            tasks=frozenset(),
            settings=frozenset(),
            of_all=False,
            aside=False,
        )

    def _passage(self, evidence: Evidence) -> Passage | None:
        if not evidence.end:
            return None
        index = bisect_right(self._starts, evidence.start) - 1
        return self._document.passages[index] if index >= 0 else None

    def _before(self, passage: Passage, evidence: Evidence) -> str:
        start = evidence.start - passage.start
        return passage.text[max(0, start - _LOOK_BACK) : max(0, start)]

    def _named_last(self, before: str) -> frozenset[str]:
        """The models that the sentence before names, else the one that heads the paragraph."""
        named = self._named(_last_sentence(before))
        heading = _RUN_IN.match(before)
        return named or (self._named(heading[1]) if heading else frozenset())

    def _named(self, text: str) -> frozenset[str]:
        """The models that a text names: of each phrase of names the models with most, and the most telling, of its
        words."""
        return frozenset().union(*self.models_in_order(text))

    def models_in_order(self, text: str) -> tuple[frozenset[str], ...]:
        """What each phrase of names means, in the order of the text, each meaning once."""
        return tuple(dict.fromkeys(self._meant(phrase) for phrase in self._phrases(text)))

    def _meant(self, phrase: _Phrase) -> frozenset[str]:
        """The models with most, and the most telling, of the words; where none has the whole name, those whose own it
        begins with, as "XLNet" for "XLNet-Large"."""
        if not any(model.whole == phrase.whole for model in self._models):
            shorter = frozenset(m.name for m in self._models if m.whole and m.whole <= phrase.beginnings - phrase.whole)
            if shorter:
                return shorter
        scores = {model.name: sum(self._weights[key] for key in model.keys & phrase.keys) for model in self._models}
        best = max(scores.values(), default=0.0)
        return frozenset(name for name, score in scores.items() if score and score >= best - _ALIKE)

    def _phrases(self, text: str) -> Iterator[_Phrase]:
        """Names that stand side by side, "Faster R-CNN", as far as models of the results have them; without those that
        are cited or compared with."""
        held: list[list[str]] = []
        last_end = -2
        for match in islice(_TOKEN.finditer(text), _MOST_WORDS):
            names = [_keys(name) for name in _spelled_out(match[0])]
            known = any(key in self._weights for keys in names for key in keys) and not find_named_data(match[0])
            if not known or _CITED_BEHIND.match(text, match.end()) or _COMPARES.search(text[: match.start()]):
                continue
            if len(names) > 1 or match.start() - last_end > 1:
                if held:
                    yield self._phrase(held)
                held = []
            if len(names) > 1:
                yield from (self._phrase([keys]) for keys in names if keys)
                continue
            held.append(names[0])
            last_end = match.end()
        if held:
            yield self._phrase(held)

    def _phrase(self, names: Sequence[Sequence[str]]) -> _Phrase:
        return _Phrase(
            whole=frozenset(keys[-1] for keys in names),
            keys=frozenset(keys[-1] for keys in names if keys[-1] in self._weights),
            beginnings=frozenset(key for keys in names for key in keys),
        )

    def _classes(self, text: str) -> frozenset[str]:
        words = {match[1].lower() for match in _CLASSES.finditer(text)}
        return frozenset(_CLASS_WORDS.get(word, word) for word in words) & self._words

    def data_in_order(self, text: str) -> tuple[str | None, ...]:
        """The data sets that a text names, each once: benchmarks by their ids, others as None."""
        mentions = [each for each in find_named_data(text) if self._may_be_meant(each, text)]
        return tuple(each.benchmark for each in dict.fromkeys(mention.dataset for mention in mentions))

    def _benchmarks(self, *texts: tuple[str, bool]) -> tuple[frozenset[str], bool]:
        """The benchmarks of the nearest text that names data, of some texts the last only, and whether it names others
        only."""
        for text, last in texts:
            mentions = [each for each in find_named_data(text) if self._may_be_meant(each, text)]
            if mentions or _OF_OTHER_DATA.search(text):
                chosen = mentions[-1:] if last else mentions
                ours = frozenset(each.dataset.benchmark for each in chosen if each.dataset.benchmark)
                return ours, not ours
        return frozenset(), False

    def _may_be_meant(self, mention: DatasetMention, text: str) -> bool:
        if _AS_FOR.search(text[: mention.start]) or starts_from(text, mention):
            return False
        return not mention.hint or self._context.holds(mention.dataset)


def is_in_table(evidence: Evidence) -> bool:
    """By the bars between labels, heads and value; those of "p(y | x)" in a sentence have no rule of tables beside."""
    of_tables = any(rule.startswith(_RULES_OF_TABLES) for rule in evidence.rules)
    return " | " in evidence.quote and (of_tables or not evidence.rules)


def _last_sentence(text: str) -> str:
    places = list(sentences_of(text))
    return text[slice(*places[-1])] if places else ""


def named_model(name: str) -> NamedModel:
    parts = [each for part in _PARTS.split(name) if (each := _keys(part))]
    keys = frozenset(key for part in parts for key in part)
    whole = frozenset(part[-1] for part in parts)
    return NamedModel(name, _label(name), keys, whole, frozenset(re.findall(r"[a-z]+", name.lower())))


def _label(name: str) -> str:
    """A name however it is spaced; marks that tell two rows apart stay: "Swin-B ‡" -> "swinb‡"."""
    return re.sub(r"[\s,_-]+", "", name.lower())


def _bare(text: str) -> str:
    return _BARE.sub("", text.lower())


def _keys(part: str) -> list[str]:
    """A name and what it begins with, the shortest first: "RepLKNet-31B" -> replknet, replknet31b.

    "the" -> nothing: a name has a capital or a digit in it
    """
    pieces = [piece for piece in _PIECES.split(part) if piece]
    if not re.search(r"[A-Z]|[a-z]\d", part):
        return []
    beginnings = (_bare("".join(pieces[:count])) for count in range(1, len(pieces) + 1))
    return [
        key for key in beginnings if len(key) >= _SHORTEST_KEY and any(map(str.isalpha, key)) and key not in _ORDINARY
    ]


def _spelled_out(name: str) -> list[str]:
    """ "RepLKNet-31B/L" -> RepLKNet-31B, RepLKNet-31L; any other name as it is."""
    first, slash, rest = name.partition("/")
    if slash and 1 <= len(rest) <= 3 and rest.isalpha() and first[-1:].isalpha():
        return [first, first[:-1] + rest]
    return [name]
