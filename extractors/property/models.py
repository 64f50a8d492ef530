"""Which model a sentence says a size of: "GPT-9 has 12 billion parameters", "the 1.5B-parameter GPT-9"."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from extractors.lexicon.catalogue import load_catalogue
from extractors.lexicon.training_sets import training_sets_in
from extractors.property.amounts import NUMBER, amount_of

LOOK_BACK = 110
"""Characters before a size within which its model stands."""

_SIZE = r"(?:base|big|large|small|tiny|medium|huge|xl|xxl)"
_IN_BRACKETS = rf"\s?\((?:{_SIZE}|(?![^()]*(?:et al|\d{{4}}\)))[A-Z\d][^()]{{0,15}})\)"
_NAME_PATTERN = (
    r"(?:(?:(?:un)?pruned|compressed|quantized|plain|\d{1,4}-layer)\s)?"
    r"(?<![\w./-])[A-Z](?=[\w./+-]*[A-Z\d])[\w./+-]{1,40}(?![\w-])"
    rf"(?:{_IN_BRACKETS}|[\s-]{_SIZE}\b|\s[VBvb]\d{{1,2}}\b|\s\d{{1,4}}(?:\.\d)?[BM]\b|\s(?:XL|L|S|B|T)\b)?"
)
_NAME = re.compile(
    rf"{_NAME_PATTERN}|\d{{1,4}}-layer\s(?:(?:plain|residual)\s)?(?:baselines?|net(?:work)?s?|models?|versions?|ConvNets?)\b"
    rf"|\b{_SIZE}\s(?:models?|networks?)\b"
)
_CITED = re.compile(r"\s?\[[\d,\s-]{1,20}\]|\s?\((?:[A-Z][^()]{2,60}\d{4}[a-z]?)\)")
_ABOUT = r"(?:(?:about|around|approximately|roughly|nearly|almost|only|just|over|a|an|the|total|of|~|≈|merely)\s?){0,3}"
_TIES = re.compile(
    r"(?:^\s?|\b)(?:has|have|had|contains?|containing|contained|with|of|uses?|using|used|requires?|required|requiring|"
    r"needs?|needed|costs?|takes?|at|is|are|was|comprises?|comprising|having|includes?|involves?|totals?|reaches|=|:)"
    rf"\s{_ABOUT}$|^\s?[:=]\s?{_ABOUT}$"
    rf"|^\s?[(,]\s?(?:which (?:has|have)\s|with\s|i\.e\.,?\s|at\s|a\s|an\s|our\s|the\s)?{_ABOUT}$"
    r"|\([A-Z] = [^()]{1,40}, (?:Total )?(?:\w+ )?$"
)
_BREAKS = re.compile(
    r"[;:!?]|\.\s|\b(?:than|that|compared|while|whereas|but|unlike|layers?|heads?|encoder|decoder|embeddings?|more|fewer|"
    r"less|vs|versus|reduc\w+|from|matri\w+|softmax|adapters?|block|modules?|classifier|by|instead|another|whose|"
    r"on top|server\w*|nodes?|GPUs?|batch|teacher|student|without|such as|making|resulting|giving|added|adds)\b",
    re.IGNORECASE,
)
_OTHER_MODEL = re.compile(r"\b(?:models?|networks?|LMs?)\b")
_SAME_MODEL = re.compile(
    r"^\s(?:[\w-]{1,15}\s)?(?:models?|networks?|LMs?)\b|^\s?,\s(?:a|an|the|our|which)\s"
    r"|^\s?(?:\([^()]{1,20}\)\s)?(?:is|are|was)\s(?:a|an|the|our)\s"
)
"""Between a name and its size another noun for a model names another, unless it is said of the name."""
_NEXT_TO = re.compile(
    r"^\s?[,(/]?\s?(?:and|or|with|at)?\s?(?:also\s|only\s|about\s|around\s|requires?\s|uses?\s|costs?\s|a\s|~)?$"
)
_BEHIND = re.compile(r"^[\s-](?:(?!trained|with|and|from|than|to|on|in|for|of|that|using)[a-z][\w-]{1,15}\s){0,3}$")
_PAIR = re.compile(
    rf"(?P<first>{_NAME_PATTERN})\sand\s(?P<second>{_NAME_PATTERN})\s?,?\s(?:which\s)?"
    rf"(?:with|containing|contains?|have|having|of|us(?:e|es|ing)|require)\s{_ABOUT}(?P<number>{NUMBER})\s?"
    rf"(?P<scale>[MB]|million|billion)\sand\s{_ABOUT}$"
)
_PARTS = frozenset(
    "moe mlp ffn lora fc rpn lm lms llm llms softmax cnn cnns rnn rnns dnn dnns nn top-1 top-5 fp8 l1 l2 dp mp tp "
    "pp".split()
)
_KINDS = re.compile(r"-(?:based|like|style|equipped|trained|trainable|free|aware)$")
"""Words that are made of a name and name no model."""


def model_before(sentence: str, start: int) -> str | None:
    """The model whose size stands at ``start``, where only words that tie the two stand between them.

    "GPT-9 [3] has a total of " -> GPT-9      "BERT-X (" -> BERT-X      "GPT-9 is larger than a model with " -> None
    """
    before = _CITED.sub("", sentence[max(0, start - LOOK_BACK) : start])
    for match in reversed(list(_NAME.finditer(before))):
        name = _name(match.group())
        if name is None:
            continue
        between = before[match.end() :]
        another = _OTHER_MODEL.search(between) and not _SAME_MODEL.search(between)
        return None if another or _BREAKS.search(between) or not _TIES.search(between) else name
    return None


def model_behind(sentence: str, end: int) -> str | None:
    """The model that a size describes: "the 1.5 billion parameter" -> " GPT-9 fails" -> GPT-9."""
    match = _NAME.search(sentence, end, end + 80)
    if match is None or match.group()[0].islower() or not _BEHIND.match(sentence[end : match.start()]):
        return None
    return _name(match.group())


def pair_before(sentence: str, start: int) -> tuple[tuple[str, float], str] | None:
    """The first of two models with its size, and the second, whose size stands at ``start``.

    "P-net and Q-net, with 86M and " -> (P-net, 86000000), Q-net
    """
    match = _PAIR.search(_CITED.sub("", sentence[max(0, start - LOOK_BACK) : start]))
    if match is None:
        return None
    first, second = _name(match["first"]), _name(match["second"])
    size = amount_of(match["number"], match["scale"])
    return ((first, size), second) if first and second and size else None


def is_next_to(between: str) -> bool:
    """Whether two sizes are said of one model: "66M parameters" -> " and " -> "37B FLOPs"."""
    return _NEXT_TO.match(between) is not None


def _name(words: str) -> str | None:
    name = words.rstrip(".,-/ ")
    first = re.split(r"[\s/.(-]", name.lower(), maxsplit=1)[0]
    if first in _not_models() or name.lower() in _PARTS or _KINDS.search(name):
        return None
    if any(load_catalogue().mentions(name)) or training_sets_in(name):
        return None
    return name


@cache
def _not_models() -> frozenset[str]:
    return frozenset(json.loads(files("extractors.patterns").joinpath("not_models.json").read_text(encoding="utf-8")))
