"""The spaCy pipeline: what a sentence says of hardware, counts and times, and how it says it.

Names come from the lexicon and times from ``quantities``. They enter spaCy's ``Doc`` as tagged tokens, so
that the patterns (``patterns/*.jsonl``) can speak of:

========== ==============================================================================
HARDWARE   an accelerator by name ("NVIDIA V100 32GB GPUs"), with its memory and noun
DEVICE     "GPU", "TPUs", "graphics card" without a name
NUMBER     a count ("8", "1,024", "sixteen")
ONE        "a", "an", "single"
MACHINE    "node", "server", "worker" …
POWER      "10^18"
FILLER     what may stand between a count and its hardware ("×", "-", "32GB", "synchronized")
TRAIN      "train", "pre-trained", "retraining" …
TIME       a duration or device-time of at least a minute
MOMENT     a shorter one
========== ==============================================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from spacy.lang.en import English
from spacy.matcher import Matcher
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, filter_spans

from extractors.names import MEMORY_SIZE, Hardware, find_names
from extractors.patterns import Pattern, load_patterns, load_word_tags
from extractors.quantities import Compute, Quantity, find_compute, find_times, number_of
from extractors.records import CountUnit

SHORTEST_RUN_HOURS = 1 / 60
"""In running text, shorter times are of steps and of inference."""

MAX_SENTENCE_CHARACTERS = 1_500
"""What is longer is no sentence but a drawing's labels; it is read in slices."""

_SENTENCE_END = re.compile(r"""[.!?]["')\]]{0,2}(?:\s\^\d{1,2})?\s+(?=["'(\[•]?[A-Z0-9])|\s(?=•\s)""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:al|e\.g|i\.e|cf|vs|Fig|Figs|Tab|Sec|Sect|Eq|Eqs|Eqn|No|approx|resp|App|Ref|Refs|Dr|Prof|St|ca|Inc|Corp)"
    r"|\b[A-Z]|(?<!\w)\d)\.$"
)
_HAS_TIME = re.compile(r"(?:hour|hr|day|week|month|minute|min|year|second|sec|\d\s?[hsd])s?\b", re.IGNORECASE)
_HAS_MACHINES = re.compile(r"\d\s(?:\w+\s)?(?:nodes|machines|servers|workers|hosts)\b")
_HAS_COMPUTE = re.compile(r"FLOP|flop|operations")

_MEMORY = re.compile(rf"\b{MEMORY_SIZE}")
_DGX = re.compile(r"\bDGX-?\s?(?:[12]H?|Station|SuperPOD)\b")

_NUMBER_WORD = re.compile(r"\d{1,6}|\d{1,3}(?:,\d{3})+|[a-z]+(?:-[a-z]+)?")
_THOUSANDS = re.compile(r"\b\d{1,3}(?:\.\d)?[kK]\b")
_POWER = re.compile(r"\b(?:\d[\d.,]*\s?×\s?)?10\^-?\d{1,3}\b")
_TRAIN = re.compile(r"(?:(?:re|pre|co|self|post)-?)?(?:pre)?train(?:s|ed|ing)?")
_NO_COUNT_AFTER = frozenset(
    "table tables tab figure figures fig section sections sec sect algorithm equation eq appendix chapter stage phase "
    "step line row column version cuda cudnn python pytorch tensorflow size top no number".split()
)
"""What follows these words is a label or a version: "Table 3 V100 GPUs", "CUDA 11 V100", "batch size 16 A100"."""
_MACHINE_PART = re.compile(
    r"\b(?:Intel|Xeon|Core\s?i[3579]|i[3579]-\d{4}|EPYC|Ryzen|Threadripper|workstation|desktop|\d+\s?GB\s(?:of\s)?(?:RAM|memory))"
)
_PLURAL_DEVICES = re.compile(r"\b(?:GPUs|cards|TPUs|accelerators|nodes|servers|machines)\b")
_YEAR = range(1990, 2036)
_KINDS = frozenset(("HARDWARE", "DEVICE", "NUMBER", "TIME", "MOMENT", "POWER"))
_INFIXES = (
    r"(?<=\d)-(?=[A-Za-z])|(?<=[A-Za-z0-9])-(?=\d)|-(?=[GT]PU)",
    r"(?<=[A-Za-z0-9])[/×~()](?=[A-Za-z0-9])",
    r"(?<=[A-Za-z]),(?=[A-Za-z0-9])",
)
_UNITS = {
    "core": CountUnit.CORES,
    "cores": CountUnit.CORES,
    "chip": CountUnit.CHIPS,
    "chips": CountUnit.CHIPS,
}
_LARGEST_COUNT = 200_000
"""The largest clusters of 2025 hold about as many accelerators."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for or against a sentence telling of this paper's own training."""

    rule: str
    label: str
    weight: float
    start: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage, ``text[start:end]``, and what it mentions."""

    start: int
    end: int
    hardware: tuple[Hardware, ...] = ()
    times: tuple[Quantity, ...] = ()
    compute: tuple[Compute, ...] = ()
    cues: tuple[Cue, ...] = ()
    machines: int | None = None
    """Machines counted apart from their devices ("12 workers")."""
    words: str = ""
    """In lower case, with the kind in capitals where hardware, a time or a number stands: "trained on NUMBER HARDWARE
    for TIME"."""


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences; "et al. (2016)", "Fig. 3" and "A. Smith" do not end one."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(start, match.start() - 8) : match.start() + 1]):
            continue
        yield from _slices(start, match.end())
        start = match.end()
    yield from _slices(start, len(text))


def _slices(start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MAX_SENTENCE_CHARACTERS:
        yield start, start + MAX_SENTENCE_CHARACTERS
        start += MAX_SENTENCE_CHARACTERS
    if end > start:
        yield start, end


def find_mentions(text: str) -> list[Sentence]:
    """The sentences of a passage that mention hardware, time or an amount of computing."""
    read = (_read_sentence(text[start:end], start) for start, end in sentences_of(text))
    return [sentence for sentence in read if sentence is not None]


def _read_sentence(words: str, offset: int) -> Sentence | None:
    times = tuple(find_times(words)) if _HAS_TIME.search(words) else ()
    compute = tuple(find_compute(words)) if _HAS_COMPUTE.search(words) else ()
    named = find_names(words)
    if not (named or times or compute or _HAS_MACHINES.search(words)):
        return None
    doc = _annotated(words, named, times)
    hardware, machines = _hardware_of(doc, named)
    if not (hardware or times or compute or machines):
        return None
    return Sentence(
        offset,
        offset + len(words),
        tuple(replace(item, start=item.start + offset, end=item.end + offset) for item in hardware),
        tuple(replace(item, start=item.start + offset, end=item.end + offset) for item in times),
        tuple(replace(item, start=item.start + offset, end=item.end + offset) for item in compute),
        tuple(replace(item, start=item.start + offset) for item in _cues_of(doc)),
        machines,
        " ".join(token.tag_ if token.tag_ in _KINDS else token.lower_ for token in doc if not token.is_space),
    )


@cache
def _pipeline() -> Any:
    """English without a model, of which the tokenizer alone is used."""
    return English(create_tokenizer=_tokenizer)


def _tokenizer(nlp: Any) -> Any:
    """English, but "8-GPU", "4x", "3/4" and "V100,K80" are parted, and "high-end" is left whole."""
    english = nlp.Defaults
    whole_words = [infix for infix in english.infixes if "–" not in infix]
    tokenizer: Any = Tokenizer(
        nlp.vocab,
        prefix_search=compile_prefix_regex(english.prefixes).search,
        suffix_search=compile_suffix_regex([*english.suffixes, r"(?<=\d)x"]).search,
        infix_finditer=compile_infix_regex([*whole_words, *_INFIXES]).finditer,
        token_match=english.token_match,
        url_match=english.url_match,
    )
    tokenizer.rules = english.tokenizer_exceptions  # last: each of the others would read them all anew
    return tokenizer


def _annotated(words: str, named: Sequence[Hardware], times: Sequence[Quantity]) -> Any:
    """The sentence as spaCy's ``Doc``, each name, memory size and time one token, every token tagged."""
    doc = _pipeline()(words)
    marks = [(item.start, item.end, "HARDWARE" if item.specific else "DEVICE") for item in named]
    marks += [
        (item.start, item.end, "TIME" if item.duration.hours >= SHORTEST_RUN_HOURS else "MOMENT") for item in times
    ]
    if named:
        marks += [(match.start(), match.end(), "FILLER") for match in _MEMORY.finditer(words)]
        marks += [(match.start(), match.end(), "MACHINE") for match in _DGX.finditer(words)]
        marks += [(match.start(), match.end(), "NUMBER") for match in _THOUSANDS.finditer(words)]
    marks += [(match.start(), match.end(), "POWER") for match in _POWER.finditer(words)]
    spans = []
    for start, end, label in marks:
        span = doc.char_span(start, end, label=label, alignment_mode="expand")
        if span is not None:
            spans.append(span)
    with doc.retokenize() as merger:
        for span in filter_spans(spans):
            merger.merge(span, attrs={"TAG": span.label_})
    for token in doc:
        if not token.tag_:
            token.tag_ = _tag(token.lower_)
    return doc


def _tag(lower: str) -> str:
    tag = load_word_tags().get(lower)
    if tag is not None:
        return tag
    if _NUMBER_WORD.fullmatch(lower) and number_of(lower) is not None:
        return "NUMBER"
    return "TRAIN" if _TRAIN.fullmatch(lower) else "WORD"


@cache
def _matcher(name: str) -> tuple[Any, dict[str, Pattern]]:
    matcher = Matcher(_pipeline().vocab)
    patterns = {pattern.id: pattern for pattern in load_patterns(name)}
    for pattern in patterns.values():
        matcher.add(pattern.id, [[dict(token) for token in alternative] for alternative in pattern.tokens])
    return matcher, patterns


def matching_patterns(name: str, text: str) -> set[str]:
    """Ids of the patterns of ``name`` ("counts", "cues") that match a sentence: to try a new rule on a line."""
    matcher, _ = _matcher(name)
    doc = _annotated(text, find_names(text), tuple(find_times(text)))
    return {span.label_ for span in matcher(doc, as_spans=True)}


def _hardware_of(doc: Any, named: Sequence[Hardware]) -> tuple[tuple[Hardware, ...], int | None]:
    """The named hardware with its counts, and machines counted apart; the longest pattern at each place decides."""
    matcher, patterns = _matcher("counts")
    by_start = {item.start: item for item in named}
    counted: dict[int, Hardware] = {}
    swallowed: set[int] = set()
    machines = None
    for span in filter_spans(matcher(doc, as_spans=True)):
        pattern = patterns[span.label_]
        devices = [token for token in span if token.tag_ in ("HARDWARE", "DEVICE") and token.idx in by_start]
        if devices:
            target = next((token for token in devices if token.tag_ == "HARDWARE"), devices[0])
            swallowed.update(token.idx for token in devices if token is not target and token.tag_ == "DEVICE")
            counted[target.idx] = _counted(by_start[target.idx], pattern, span)
        elif pattern.label == "machines-only":
            machines = machines or _count_of(pattern, span)
    found = [counted.get(item.start, item) for item in named if item.start not in swallowed]
    return tuple(_one_of_machine(item, doc.text) for item in found), machines


def _one_of_machine(item: Hardware, words: str) -> Hardware:
    """One card where a machine's parts are listed and the card is not in the plural.

    "a workstation with Intel Xeon CPU, GeForce GTX Titan X, 64 GB RAM" -> 1      "Xeon CPUs and V100 GPUs" -> open
    """
    singular = item.specific and item.count is None and not item.each_machine and not words[: item.end].endswith("s")
    if not singular or not _MACHINE_PART.search(words) or _PLURAL_DEVICES.search(words):
        return item
    return replace(item, count=1, unit=CountUnit.DEVICES, rules=(*item.rules, "count.one-of-machine"))


def _counted(item: Hardware, pattern: Pattern, span: Any) -> Hardware:
    """``item`` with the count that the pattern reads from its span."""
    count = _count_of(pattern, span)
    if count is None:
        return item
    item = replace(item, start=min(item.start, span.start_char), end=max(item.end, span.end_char))
    if item.count:  # a slice: two TPU v3-8 are 16 cores
        return replace(item, count=count * item.count, rules=(*item.rules, pattern.id))
    unit = next((_UNITS[token.lower_] for token in span if token.lower_ in _UNITS), item.unit)
    if pattern.label == "machines":
        unit = CountUnit.MACHINES
    return replace(
        item,
        count=count,
        unit=unit or CountUnit.DEVICES,
        rules=(*item.rules, pattern.id),
        each_machine=pattern.label == "each-machine",
    )


def _count_of(pattern: Pattern, span: Any) -> int | None:
    """The count that a pattern's match states: its number, the product of its numbers, one, or none."""
    tokens = [token for token in span if token.tag_ == "NUMBER"]
    if pattern.label == "none" or any(_is_label(token) for token in tokens):
        return None
    numbers = [number for token in tokens if (number := number_of(token.text)) is not None]
    if pattern.label == "one" or not numbers:
        return 1
    count = math.prod(numbers) if pattern.label == "product" else numbers[0]
    return int(count) if float(count).is_integer() and 1 <= count <= _LARGEST_COUNT else None


def _is_label(token: Any) -> bool:
    """Whether a number names something instead of counting: "Table 3", "ResNet-50", "in 2017"."""
    if token.i == 0:
        return False
    before = token.nbor(-1)
    if before.lower_.rstrip(".") in _NO_COUNT_AFTER:
        return True
    glued = before.text == "-" and not before.whitespace_ and token.i > 1
    if glued and not token.nbor(-2).whitespace_ and token.nbor(-2).text[-1:].isalpha():
        return True
    return before.lower_ in ("in", "since", "by", "until", "of") and token.text.isdigit() and int(token.text) in _YEAR


def _cues_of(doc: Any) -> Iterator[Cue]:
    """Each cue once, at its first place."""
    matcher, patterns = _matcher("cues")
    seen: set[str] = set()
    for span in sorted(matcher(doc, as_spans=True), key=lambda span: span.start):
        if span.label_ not in seen:
            seen.add(span.label_)
            pattern = patterns[span.label_]
            yield Cue(pattern.id, pattern.label, pattern.weight, doc[span.start].idx)
