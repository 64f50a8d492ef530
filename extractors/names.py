"""Names of accelerators in a sentence: those of the catalogue, plain "GPU" and "TPU", and unknown ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.lexicon.catalogue import load_catalogue
from extractors.records import CountUnit


@dataclass(frozen=True, slots=True)
class Hardware:
    """An accelerator named in a text, with the count that goes with it, if one was read."""

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


PLAIN_NAMES = frozenset(("GPU", "TPU", "CPU"))
"""What hardware is called where only its kind is written."""

MEMORY_SIZE = (
    r"\d{1,3}(?:\.\d)?[\s-]?(?:GiB|GB|gb|G)\b"
    r"(?:[\s-](?:of\s)?(?:memory|RAM|VRAM|HBM\d?e?|SXM\d?|PCI-?[eE]|NVLink)\b)*"
)
_NOUN_AFTER_NAME = re.compile(
    rf"(?:[\s-]*\(?\s?(?:{MEMORY_SIZE}|SXM\d?|PCI-?[eE]|NVLink)\s?\)?(?![\w]))?"
    r"(?:[\s-]*(?:(?:GPU|gpu|TPU|[Gg]raphics)(?:\s(?:cards?|accelerators?|devices?|processors?))?|cards?|accelerators?)s?\b"
    r"(?![-\s](?:hour|day)))?"
)
_PLAIN_CPU = re.compile(r"\bCPUs?\b(?![-\s](?:cores?|threads?|time|memory|clock|hours?|days?|utili[sz]ation)\b)")
_PLAIN = re.compile(r"\b(?:GPUs?|TPUs?|gpus?|tpus?|[Gg]raphics (?:[Cc]ards?|[Pp]rocessing [Uu]nits?|[Pp]rocessors?))\b")
_SLICE_AFTER_NAME = re.compile(r"-([1-9]\d{0,3})s?\b(?!\s?(?:G|GB)\b)")
_SLICE_BEFORE_NAME = re.compile(r"\bv(?P<generation>\d[ep]?)-(?P<cores>[1-9]\d{0,3})\s(?:Cloud\s)?TPUs?\b")
_SLICE_RULE = "count.tpu-slice"
_NEAR_HARDWARE = re.compile(
    r"GPU|gpu|N[Vv][Ii][Dd][Ii][Aa]|nvidia|Tesla|GeForce|GTX|RTX|Quadro|\b(?:card|chip)s?\b|accelerator|workstation|server|DGX|SXM"
)
_NEAR_CHARACTERS = 40
"""How far a word of hardware may be from a name that also means other things ("T4", "1080")."""
_UNKNOWN = re.compile(
    r"\b(?:NVIDIA|Nvidia|NVidia|AMD|Intel|Google|Huawei|Graphcore|Cerebras|Habana|Groq|SambaNova)\s"
    r"(?P<after_maker>(?:[A-Z][A-Za-z]{1,15}[\s-]?){0,2}[A-Z]{0,4}-?\d{1,4}[A-Za-z]{0,3})(?=\s(?:GPU|accelerator|chip)s?\b)"
    r"|\b(?P<before_noun>[A-Z][a-z]{2,15}\s[A-Z]{1,3}-?\d{1,4}[A-Za-z]?)(?=\s(?:accelerator|GPU)s?\b)"
)


def find_names(text: str) -> list[Hardware]:
    """Accelerators in ``text``, left to right, without overlaps; names of processors of other kinds ("Xeon") are passed
    over, and "CPUs" beside an accelerator, too.

    "8 Tesla V100 32GB GPUs" -> NVIDIA Tesla V100      "TPUv3-256" -> Google TPU v3, 256 cores
    "on four GPUs" -> GPU      "64 Zephyr Q9 accelerators" -> Zephyr Q9, not known      "Nikola Tesla" -> nothing
    """
    taken: list[tuple[int, int]] = []
    found: list[Hardware] = []
    for finder in (_slices_before_their_name, _catalogued, _unknown, _plain):
        for start, end, hardware in finder(text):
            if all(end <= begun or start >= ended for begun, ended in taken):
                taken.append((start, end))
                if hardware is not None:
                    found.append(hardware)
    if any(item.name != "CPU" for item in found):
        found = [item for item in found if item.name != "CPU"]
    return sorted(found, key=lambda item: item.start)


_Found = Iterator[tuple[int, int, Hardware | None]]
"""Places of names in a text; None for what is named and is no accelerator."""


def _slices_before_their_name(text: str) -> _Found:
    """ "a v3-128 TPU pod" -> Google TPU v3, 128 cores"""
    for match in _SLICE_BEFORE_NAME.finditer(text):
        tpu = load_catalogue().find(f"TPU v{match['generation']}")
        if tpu is not None:
            start, end = match.span()
            cores = int(match["cores"])
            yield start, end, Hardware(tpu.name, True, start, end, cores, CountUnit.CORES, (_SLICE_RULE,))


def _catalogued(text: str) -> _Found:
    for mention in load_catalogue().mentions(text):
        start, end, accelerator = mention.start, mention.end, mention.accelerator
        around = text[max(0, start - _NEAR_CHARACTERS) : end + _NEAR_CHARACTERS]
        if mention.weak and not _NEAR_HARDWARE.search(around):
            continue
        if accelerator.kind == "cpu":
            yield start, end, None
            continue
        cores = _SLICE_AFTER_NAME.match(text, end) if accelerator.kind == "tpu" else None
        if cores:
            end = _end_of_noun(text, cores.end())
            hardware = Hardware(accelerator.name, True, start, end, int(cores[1]), CountUnit.CORES, (_SLICE_RULE,))
        else:
            end = _end_of_noun(text, end)
            hardware = Hardware(accelerator.name, True, start, end)
        yield start, end, hardware


def _unknown(text: str) -> _Found:
    """What a maker's name before, or "accelerator" behind, shows to be hardware."""
    for match in _UNKNOWN.finditer(text):
        group = match.lastgroup or "after_maker"
        end = _end_of_noun(text, match.end(group))
        yield match.start(), end, Hardware(match[group], True, match.start(), end, known=False)


def _plain(text: str) -> _Found:
    """ "GPUs" and "TPU"; "CPUs" only where neither is written and no card is named."""
    accelerators = list(_PLAIN.finditer(text))
    for match in accelerators or _PLAIN_CPU.finditer(text):
        kind = match[0][:3].upper()
        name = kind if kind in PLAIN_NAMES else "GPU"
        yield match.start(), match.end(), Hardware(name, False, match.start(), match.end())


def _end_of_noun(text: str, end: int) -> int:
    """Behind the memory size and the noun that follow a name: "V100 (32GB) GPUs"."""
    tail = _NOUN_AFTER_NAME.match(text, end)
    return tail.end() if tail else end
