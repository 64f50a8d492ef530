"""Whose names stand in a paper: those that it gives its own models, and those that it cites."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from extractors.records import Document, Role

_YEAR_CITATION = r"\(?(?:[A-Z][\w'’-]+)(?:(?:,| and| &) [A-Z][\w'’-]+){0,3}(?: et al\.?)?,? \(?(?:19|20)\d\d[a-z]?\)?"
CITED = re.compile(rf"\[\d+(?:\s?[,–-]\s?\d+){{0,12}}\]|\bet al\b|{_YEAR_CITATION}|\((?:19|20)\d\d[a-z]?\)")
_WORD = r"[A-Za-z][\w+]*(?:-[\w+]+)*"
_NAME = re.compile(r"(?<![\w-])[A-Z](?=[\w+-]*[A-Z\d])[\w+]*(?:-[\w+]+){0,3}|(?<![\w-])[a-z]{1,2}[A-Z][\w-]+")
_CITED_NAME = re.compile(
    r"(?<![\w-])((?:[A-Z][\w+-]+|[a-z]{1,2}[A-Z][\w-]+)(?:\s[A-Z][\w+-]+){0,2})(?:\s[a-z]+){0,2}\s?"
    r"(?:\[\d|\((?:[A-Z][\w'’-]+)[^()]{0,60}\d{4})"
)
"""A name, of up to three words, before a citation: "Swin Transformers [12]", "ResNets (He et al., 2016)"."""
_INTRODUCED = re.compile(
    rf"\b(?:propose|present|introduce|develop|describe|call(?:ed)?|name(?:d|ly)?|dub(?:bed)?|term(?:ed)?|denoted?"
    r"|refer\w* to (?:\w+ )?as"
    rf"|our)\b[^.;]{{0,90}}?({_NAME.pattern})"
)
_TITLE_NAME = re.compile(r"^\W*([^:?]{2,40}):\s")
_PARTS = re.compile(r"[\s/,()+]+")
_BEGINNING = 6_000
"""Characters in which a paper gives its models their names."""
_KEY = re.compile(r"[^a-z0-9]")
_TRAILING_SIZE = re.compile(
    r"(?:[-_ ]?(?:tiny|small|base|large|huge|giant|xl|xxl|[smlbx]|v?\d+(?:[.x]\d+)*[a-z]?))+$", re.IGNORECASE
)


def is_cited(text: str) -> bool:
    """Whether a label carries a citation: "ResNet-50 [14]", "Luong et al. (2015)", "NASNet-A (Zoph et al., 2018)"."""
    return CITED.search(text) is not None


def name_keys(label: str) -> set[str]:
    """The names in a label, without size and version: "EfficientNet-B7 (600)" -> {"efficientnet", "efficientnetb7"}."""
    keys = set()
    for part in _PARTS.split(CITED.sub(" ", label)):
        if len(part) < 2 or not any(map(str.isalpha, part)):
            continue
        keys.add(_KEY.sub("", part.lower()))
        stem = _KEY.sub("", _TRAILING_SIZE.sub("", part).lower())
        if len(stem) >= 3:
            keys.add(stem)
    return {key for key in keys if len(key) >= 2}


class PaperNames:
    """The names of one paper, found when first asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _texts(self) -> list[str]:
        return [
            passage.text
            for passage in self._document.passages
            if passage.role in (Role.BODY, Role.CAPTION, Role.FOOTNOTE)
        ]

    @cached_property
    def title(self) -> str:
        """As printed."""
        return " ".join(passage.text for passage in self._document.passages if passage.role is Role.TITLE)[:300]

    @cached_property
    def beginning(self) -> str:
        """Title, abstract and introduction, as far as names are given there."""
        return (self.title + ". " + "\n".join(self._texts[:40]))[:_BEGINNING]

    @cached_property
    def own(self) -> frozenset[str]:
        """Keys of names that the paper introduces as its own: before a title's colon, or "we propose …"."""
        found: set[str] = set()
        before_colon = _TITLE_NAME.match(self.title)
        if before_colon and len(before_colon[1].split()) <= 3:
            found |= name_keys(before_colon[1])
        for match in _NAME.finditer(self.title):
            found |= name_keys(match[0])
        for match in _INTRODUCED.finditer(self.beginning):
            found |= name_keys(match[1])
        return frozenset(key for key in found - _NOT_NAMES if self.cited[key] < 3)

    @cached_property
    def in_beginning(self) -> frozenset[str]:
        """Keys of all names in title, abstract and introduction."""
        return frozenset(key for match in _NAME.finditer(self.beginning) for key in name_keys(match[0])) - _NOT_NAMES

    @cached_property
    def cited(self) -> Counter[str]:
        """How often a name stands right before a citation."""
        return Counter(key for text in self._texts for key in _cited_in(text))


def _cited_in(text: str) -> Iterator[str]:
    if "[" not in text and "(" not in text:
        return
    for match in _CITED_NAME.finditer(text):
        yield from name_keys(match[1])


_NOT_NAMES = frozenset(
    "imagenet coco cifar cifar10 cifar100 squad wmt wmt14 bleu ilsvrc gpu gpus tpu cnn cnns rnn rnns lstm nlp dnn dnns"
    " sgd bn relu jft voc map ap flops state sota glue conll ner nmt".split()
)
