"""The spaCy pipeline: what a sentence says of hardware, counts and times, and how it says it.

Names come from the lexicon and times from ``quantities``. They enter spaCy's ``Doc`` as tagged tokens, so
that the patterns (``patterns/*.jsonl``) can speak of:

========== ==============================================================================
HARDWARE   an accelerator by name ("NVIDIA V100 32GB GPUs"), with its memory and noun
DEVICE     "GPU", "TPUs", "graphics card" without a name
NUMBER     a count ("8", "1,024", "sixteen")
ONE        "a", "an", "single"
MACHINE    "node", "server", "worker" …
FILLER     what may stand between a count and its hardware ("×", "-", "32GB", "synchronized")
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

import spacy
from spacy.matcher import Matcher
from spacy.util import compile_infix_regex, compile_suffix_regex, filter_spans

from extractors.lexicon.catalogue import load_catalogue
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
_HAS_HARDWARE = re.compile(
    r"[GT]PU|gpu|tpu|[Gg]raphics|[A-Z]-?\d{2,4}|\d{3,4}\s?[Tt][Ii]\b|[Tt][Ii][Tt][Aa][Nn]|Tesla|Quadro|GeForce|GEFORCE|"
    r"Gaudi|Ascend|Trainium|IPU|Cerebras|DGX|Trillium|accelerators?\b|Xeon Phi"
)
_HAS_TIME = re.compile(r"(?:hour|hr|day|week|month|minute|min|year|second|sec|\d\s?[hsd])s?\b", re.IGNORECASE)
_HAS_MACHINES = re.compile(r"\d\s(?:\w+\s)?(?:nodes|machines|servers|workers|hosts)\b")
_HAS_COMPUTE = re.compile(r"FLOP|flop|operations")

_DEVICE = re.compile(
    r"\b(?:GPUs?|TPUs?|gpus?|tpus?|[Gg]raphics (?:[Cc]ards?|[Pp]rocessing [Uu]nits?|[Pp]rocessors?))\b"
)
_MEMORY_SIZE = (
    r"\d{1,3}(?:\.\d)?[\s-]?(?:GiB|GB|gb|G)\b(?:[\s-](?:of\s)?(?:memory|RAM|VRAM|HBM\d?e?|SXM\d?|PCI-?[eE]|NVLink)\b)*"
)
_MEMORY = re.compile(rf"\b{_MEMORY_SIZE}")
_DGX = re.compile(r"\bDGX-?\s?(?:[12]H?|Station|SuperPOD)\b")
_NOUN_AFTER_NAME = re.compile(
    rf"(?:[\s-]*\(?\s?(?:{_MEMORY_SIZE}|SXM\d?|PCI-?[eE]|NVLink)\s?\)?(?![\w]))?"
    r"(?:[\s-]*(?:(?:GPU|gpu|TPU|[Gg]raphics)(?:\s(?:cards?|accelerators?|devices?|processors?))?|cards?|accelerators?)s?\b(?![-\s](?:hour|day)))?"
)
_TPU_SLICE = re.compile(r"-(\d{1,4})\b(?!\s?(?:G|GB)\b)")
_TPU_SLICE_FIRST = re.compile(r"\bv(?P<generation>\d[ep]?)-(?P<cores>\d{1,4})\s(?:Cloud\s)?TPUs?\b")
_NEAR_HARDWARE = re.compile(
    r"GPU|gpu|N[Vv][Ii][Dd][Ii][Aa]|nvidia|Tesla|GeForce|GTX|RTX|Quadro|\bcards?\b|accelerator|workstation|server|DGX|SXM"
)
_NEAR_CHARACTERS = 40
_UNKNOWN = re.compile(
    r"\b(?:NVIDIA|Nvidia|NVidia|AMD|Intel|Google|Huawei|Graphcore|Cerebras|Habana|Groq|SambaNova)\s"
    r"(?P<name>(?:[A-Z][A-Za-z]{1,15}[\s-]?){0,2}[A-Z]{0,4}-?\d{1,4}[A-Za-z]{0,3})(?=\s(?:GPU|accelerator|chip)s?\b)"
    r"|\b(?P<bare>[A-Z][a-z]{2,15}\s[A-Z]{1,3}-?\d{1,4}[A-Za-z]?)(?=\s(?:accelerator|GPU)s?\b)"
)

_NUMBER_WORD = re.compile(r"\d{1,6}|\d{1,3}(?:,\d{3})+|[a-z]+(?:-[a-z]+)?")
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
class Hardware:
    """An accelerator named in a sentence, with the count that goes with it; offsets within the passage."""

    name: str
    """Canonical name, written name of unknown hardware, or GPU / TPU."""
    specific: bool
    """False for plain "GPU" and "TPU"."""
    start: int
    end: int
    """Of the name and the count together."""
    count: int | None = None
    unit: CountUnit | None = None
    rules: tuple[str, ...] = ()
    known: bool = True
    """In the catalogue; always true for plain "GPU" and "TPU"."""
    each_machine: bool = False
    """The count is that of one machine among several ("each worker uses 8 GPUs")."""


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
    if not (_HAS_HARDWARE.search(text) or _HAS_TIME.search(text) or _HAS_COMPUTE.search(text)):
        return []
    read = (_read_sentence(text[start:end], start) for start, end in sentences_of(text))
    return [sentence for sentence in read if sentence is not None]


def _read_sentence(words: str, offset: int) -> Sentence | None:
    times = tuple(find_times(words)) if _HAS_TIME.search(words) else ()
    compute = tuple(find_compute(words)) if _HAS_COMPUTE.search(words) else ()
    named = list(_names(words)) if _HAS_HARDWARE.search(words) else []
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
    )


def _names(words: str) -> Iterator[Hardware]:
    """Accelerators by name and plain devices, left to right, without overlaps."""
    taken: list[tuple[int, int]] = []

    def free(start: int, end: int) -> bool:
        return all(end <= begun or start >= ended for begun, ended in taken)

    found: list[Hardware] = []
    for match in _TPU_SLICE_FIRST.finditer(words):
        tpu = load_catalogue().find(f"TPU v{match['generation']}")
        if tpu:
            count = int(match["cores"])
            found.append(
                Hardware(tpu.name, True, match.start(), match.end(), count, CountUnit.CORES, ("count.tpu-slice",))
            )
            taken.append((match.start(), match.end()))
    for mention in load_catalogue().mentions(words):
        if not free(mention.start, mention.end):
            continue
        if mention.weak and not _NEAR_HARDWARE.search(
            words[max(0, mention.start - _NEAR_CHARACTERS) : mention.end + _NEAR_CHARACTERS]
        ):
            continue
        if mention.accelerator.kind == "cpu":
            taken.append((mention.start, mention.end))
            continue
        count = unit = None
        end = mention.end
        pod = _TPU_SLICE.match(words, end) if mention.accelerator.kind == "tpu" else None
        if pod:
            count, unit, end = int(pod[1]), CountUnit.CORES, pod.end()
        tail = _NOUN_AFTER_NAME.match(words, end)
        end = tail.end() if tail else end
        rules = ("count.tpu-slice",) if pod else ()
        found.append(Hardware(mention.accelerator.name, True, mention.start, end, count, unit, rules))
        taken.append((mention.start, end))
    for match in _UNKNOWN.finditer(words):
        group = "name" if match["name"] else "bare"
        if free(match.start(group), match.end(group)):
            tail = _NOUN_AFTER_NAME.match(words, match.end(group))
            end = tail.end() if tail else match.end(group)
            found.append(Hardware(match[group], True, match.start(), end, known=False))
            taken.append((match.start(), end))
    for match in _DEVICE.finditer(words):
        if free(match.start(), match.end()):
            name = "TPU" if match[0].lower().startswith("tpu") else "GPU"
            found.append(Hardware(name, False, match.start(), match.end()))
    yield from sorted(found, key=lambda item: item.start)


@cache
def _pipeline() -> Any:
    """A blank English tokenizer that parts "8-GPU", "4x", "3/4" and "V100,K80" but leaves "high-end" whole."""
    nlp: Any = spacy.blank("en")
    whole_words = [infix for infix in nlp.Defaults.infixes if "–" not in infix]
    nlp.tokenizer.infix_finditer = compile_infix_regex([*whole_words, *_INFIXES]).finditer
    nlp.tokenizer.suffix_search = compile_suffix_regex([*nlp.Defaults.suffixes, r"(?<=\d)x"]).search
    return nlp


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
    return "WORD"


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
    doc = _annotated(text, list(_names(text)), tuple(find_times(text)))
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
    return tuple(counted.get(item.start, item) for item in named if item.start not in swallowed), machines


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
    if pattern.label == "none":
        return None
    numbers = [number for token in span if token.tag_ == "NUMBER" and (number := number_of(token.text)) is not None]
    if pattern.label == "one" or not numbers:
        return 1
    count = math.prod(numbers) if pattern.label == "product" else numbers[0]
    return int(count) if float(count).is_integer() and 1 <= count <= _LARGEST_COUNT else None


def _cues_of(doc: Any) -> Iterator[Cue]:
    """Each cue once, at its first place."""
    matcher, patterns = _matcher("cues")
    seen: set[str] = set()
    for span in sorted(matcher(doc, as_spans=True), key=lambda span: span.start):
        if span.label_ not in seen:
            seen.add(span.label_)
            pattern = patterns[span.label_]
            yield Cue(pattern.id, pattern.label, pattern.weight, doc[span.start].idx)
