"""Labels and heads of tables read as names of models, each by its own words; the words are data
(``patterns/model_labels.jsonl``)."""

from __future__ import annotations

import re
from functools import lru_cache

from extractors.lexicon.benchmarks import load_metrics
from extractors.patterns import TextRule, load_text_rules
from extractors.performance.heads import said
from extractors.table_heads import label_of

_CITATION = re.compile(
    r"\s?\[\d+(?:\s?[,–-]\s?\d+){0,8}\]|\s?\((?:[A-Z][\w'’-]+)[^()]{0,80}\d{4}[a-z]?(?:\s?[,;]\s?(?:\d{4})?[a-z]?){0,3}\)"
    r"|(?<=[\w)])\s[A-Z][\w'’-]+ et al\.?,? \(?\d{4}[a-z]?\)?"
)
_AUTHORS_FIRST = re.compile(
    r"^[A-Z][\w'’-]{1,30}(?: et al\.?| (?:and|&) [A-Z][\w'’-]{1,30}|(?=,? \(\d{4})),?(?:\s\(?\d{4}[a-z]?\))?"
    r"(?:\s?[-–:]\s|\s)(?=[A-Z\d]\w)"
)
"""Before what they call their model: "Lund et al. (2016) AlderNet"."""
_MARKS = re.compile(r"\s?\^?(?:[†‡¶*⋆★♣♠♦◇⋄⇤]|§(?!\d))+|^[•◦○●■]\s?|\s\^\w{1,2}(?=[\s,;]|$)")
_NOTE_MARKS = "†‡¶*⋆★♣♠♦◇⋄⇤§"
_NUMBERING = re.compile(r"^(?:\(\W{0,2}\w?\)|\[\w\])\s?(?=\w{2})")
_OURS = re.compile(
    r"\s?[(\[](?:ours?|this work|proposed)[)\]]|^(?:our|the|proposed)\s(?=\w)|^ours\s?[,:]\s?(?=\w)|(?<=\w)\sours$",
    re.IGNORECASE,
)
_NEEDLESS = re.compile(r"\s?\((?:(?:as\s)?reported\s)?(?:by|in|from)?\s?\)|(?<=\()\s|\s+(?=[\s,)])")
_WORDS = re.compile(r"[A-Za-z]{3}|[A-Z][A-Za-z]|[A-Z][\d-]")
_SIZE_AND_PATCH = re.compile(r"(?<!\w)[A-Za-z]{1,2}\d?/\d{1,2}(?!\w)")
_PROPER = re.compile(r"(?<![\w-])(?:[A-Z][a-z]{0,15}-?(?=[A-Z\d])|[a-z]{1,4}-?(?=[A-Z]))[\w-]{1,40}")
_THREE_LETTERS = re.compile(r"[A-Za-z]{3}")
_LONGEST_LABEL = 300
"""Characters; a longer one is a paragraph."""
_LONGEST_MEASURE = 16
"""Characters of a plain word for a metric, with what goes with it: "Test err. (%)"."""
_BESIDE_DATA = 6
"""Characters that may stand beside the name of a data set in a label that says nothing more."""


def plain_name(label: str) -> str:
    """Without citation, marks of notes, numbering and "(ours)"; "Ours" alone stays.

    "• ConvNeXt-L" -> "ConvNeXt-L"      "GFLV2 (ours)" -> "GFLV2"      "(b) VGG-16 [41] ^†" -> "VGG-16"
    """
    bare = _NUMBERING.sub("", _MARKS.sub(" ", _CITATION.sub("", label)).strip())
    bare = _OURS.sub("", _AUTHORS_FIRST.sub("", bare))
    return _NEEDLESS.sub("", bare).strip(" ,;:")


def marks_of(label: str) -> str:
    """The marks of notes in a label: "AlderNet ‡ [3]" -> "‡"; bullets before it are none."""
    return "".join(mark for match in _MARKS.finditer(label) for mark in match[0] if mark in _NOTE_MARKS)


@lru_cache(maxsize=4096)
def may_name(label: str, head: str = "") -> bool:
    """Whether a label beside a row, under the head ``head``, may be what a model is called.

    "AlderNet-50" -> True      "0.75 AlderNet v1" -> True      "B/16" -> True          "D" under "Config." -> True
    "Top-1 acc." -> False      "ImageNet" -> False             "1.3B params" -> False  "D" under "Part" -> False
    """
    bare = plain_name(label)
    if len(label) > _LONGEST_LABEL or not any(map(str.isalpha, bare)):
        return False
    cited = _CITATION.search(label) is not None
    if _is("no-name", bare) and not (cited and _THREE_LETTERS.search(bare)):
        return False
    if adds(bare):
        return bool(_THREE_LETTERS.search(bare)) and said(bare).metric is None
    if is_size(bare):
        return not _is("head-of-data", head)
    proper = is_proper(_unannounced(bare))
    of_models = _is("head", head)
    if not proper and _announces(label, bare, of_models) and not (cited and label_of(bare) == "other"):
        return False
    over = said(head)
    if over.cost and not of_models:
        return False
    if not proper and (_is("head-of-data", head) or (over.announces and not of_models)):
        return False
    return bool(_WORDS.search(bare) or _SIZE_AND_PATCH.search(bare) or of_models)


def head_may_name(head: str) -> bool:
    """Whether a head may be what the model of its column is called: not where it says anything of a measure."""
    bare = plain_name(head)
    announces = said(bare).metric is not None or _announces(head, bare)
    return bool(_WORDS.search(bare)) and not announces and not _is("no-name", bare)


def is_size(label: str) -> bool:
    """Whether a label is the size of a model, which goes with its name: "big", "Large", "B/16"."""
    return _is("size", label)


def is_kind(head: str) -> bool:
    """Whether the labels under a head that stands behind another only sort models: "Type", "Language"."""
    return _is("head-of-kind", head)


def names_data(head: str) -> bool:
    """Whether a head is that of a data set and names no model: "ImageNet", not "AlderNet, ImageNet"."""
    bare = plain_name(head)
    return bool(said(bare).datasets) and not is_proper(_unannounced(bare))


def adds(label: str) -> bool:
    """Whether a label only says what is added to, or taken from, the model above: "+ dropout", "w/o attention"."""
    return _is("adds", label)


def is_group(label: str) -> bool:
    """Whether a label is made of words for kinds of models and tasks: "ConvNets & Hybrid", "Image Classification"."""
    return _is("group", plain_name(label))


def is_proper(text: str) -> bool:
    """Whether a word in it has a capital and another capital or a digit: "VGG", "gMLP", "ViT-B", not "Data (%)"."""
    return _PROPER.search(text) is not None


def is_full_name(label: str) -> bool:
    """Whether a label needs no other before it: "DeiT-B" and "ResNet-18", but not "R-101", "B/16" or "big"."""
    match = _PROPER.search(plain_name(label))
    return match is not None and _THREE_LETTERS.search(match.group()) is not None


def _announces(label: str, bare: str, of_models: bool = False) -> bool:
    """Whether its words say that it is something else: a metric, a data set, a time, a count.

    ``of_models``: the head over it is one of models, so that "Mask" is short for one.
    """
    words = said(bare)
    if words.metric or words.difference or (words.other_measure and not of_models) or label_of(label) is not None:
        return True
    if words.plain and len(bare) <= _LONGEST_MEASURE:
        return True
    longest = max((each.end - each.start for each in words.datasets), default=None)
    return longest is not None and len(bare) <= longest + _BESIDE_DATA


def _unannounced(bare: str) -> str:
    """What is left without the words that name a metric, a measure or a data set: "Mask R-CNN" -> "R-CNN"."""
    words = said(bare)
    if label_of(bare) not in (None, "other") or said(_PROPER.sub(" ", bare)).difference:
        return ""
    for mention in reversed(words.datasets):
        bare = f"{bare[: mention.start]} {bare[mention.end :]}"
    for mention in words.datasets:
        bare = mention.dataset.context.sub(" ", bare)
    if words.announces:
        for metric in load_metrics():
            bare = metric.plain.sub(" ", metric.names.sub(" ", bare))
    if words.other_measure:
        for rule in _rules("other-measure", "results"):
            bare = rule.pattern.sub(" ", bare)
    return bare


def _is(label: str, text: str) -> bool:
    return any(rule.pattern.search(text) for rule in _rules(label, "model_labels"))


@lru_cache(maxsize=16)
def _rules(label: str, file: str) -> tuple[TextRule, ...]:
    return tuple(rule for rule in load_text_rules(file) if rule.label == label)
