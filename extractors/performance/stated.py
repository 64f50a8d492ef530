"""Numbers that a sentence ties to a measure: "28.4 BLEU", "a top-5 error of 3.57%", "EM/F1 scores of 84.1/90.9".

Measures are found first, then runs of numbers ("84.1/90.9", "from 25.3 to 28.4"); each run takes the measure that
stands right behind it, else the one before it with nothing but a linking word between, else that of the run before
it ("78.46% vs. 80.75%"). What is a difference, a bound or a guess is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from extractors.patterns import TextRule, load_text_rules

MOST_NUMBERS_OF_A_SENTENCE = 40
_OTHER, _ACCURACY, _ERROR = "other", "accuracy", "error"
_NUMBER = re.compile(
    r"(?<![\w.,@^_$#:×*-])(?<![a-z]/)(?<![×*]\s)(?P<digits>\d{1,2}(?:\.\d{1,3})?|100(?:\.0)?|0?\.\d{3,4})"
    r"(?:\s?±\s?\d{1,2}(?:\.\d{1,3})?)?(?P<unit>\s?%|\sper\s?cent\b)?"
    r"(?![\w^×*%]|[.,]\d|,\s\d{3}\b|:\d|-\w|\s?[-×]\s?\d"
    r"|\s?(?:fps|ms|s|sec\w*|min\w*|hours?|hrs?|days?|weeks?|[gmt]?flops|b?flops|[gm]b|[kmbg]|million|billion|gpus?|tpus?"
    r"|layers?|epochs?|steps?|iterations?|images?|pixels?|px|param\w*|tokens?|words|times|models?|crops?|classes|fold|iou|x)\b)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s?(?:(?P<list>,\s?and|[,/&|]|\band\b|\bor\b)|(?P<against>,?\s?(?:\bvs\b\.?|\bv\.s\.|\bversus\b|→|->))|(?P<change>\bto\b))\s?"
)
_INSIDE_A_MEASURE = re.compile(
    r"[\s/,()&]{0,3}(?:(?:and|or|val\w*|test|dev\w*|set|mean|average|single-crop|classification|recognition|error|scores?|rates?|box"
    r"|percent|the)[\s/,()&]{1,2}){0,4}",
    re.IGNORECASE,
)
_ADJACENT = re.compile(r"\s?[:=(]?\s?")
_CHANGES = re.compile(
    r"(?:improv|increas|decreas|reduc|lower|rais|boost|drop|jump|degrad|gain)\w*\s(?:[\w-]+\s){0,3}$", re.IGNORECASE
)
_FULL_STOP, _STOP = re.compile(r"[.!?]\s(?=[A-Z])"), re.compile(r"[.!?]\s(?=[A-Z])|;")
_CHANGED_BY = re.compile(
    r"(?:\b(?:improv|increas|decreas|reduc|lower|rais|boost|drop|jump|degrad|rise|rose)\w*|^)\s(?:\w+\s){0,3}\d[\d.]*\s?%?\s(?:points\s)?\(?(?:from|to)\s$",
    re.IGNORECASE,
)
"""Between a measure and the numbers it changed from and to: "F1 improved by 4.7% from"."""
_ONLY_SPACE = re.compile(r"\s{1,2}")
_NUMBER_BEFORE, _NUMBER_BEHIND = re.compile(r"(?:^|[\s-])[\d.]{1,6}\s$"), re.compile(r"\s[\d.]{1,6}(?:\s|$)")
_FROM = re.compile(r"\bfrom\s(?:\w+\s)?$", re.IGNORECASE)
_FOR_EACH = re.compile(r"%?\s(?:for|of|in|as|on)\s(?:the\s)?")
_ENDS_A_CHAIN = re.compile(
    r"\s?(?:[()\[\].,;:]|$|(?:on|with|for|in|by|at|without|using|and|or|when|to|as|of|from|after|if|is|than|over|while|which"
    r"|reported|achieved|obtained|reached|compared|respectively|vs|v\.s|scores?)\b)"
)
"""What may follow a number whose measure is said earlier; not "90.5% sparsity"."""
_OF_ITS_OWN_DATA = re.compile(r"\s(?:on|with|for|in)\s(?:the\s)?[A-Z]")
_DIFFERENCES = re.compile(
    r"\b(?:increase|improvement|gain|difference|drop|reduction|decrease)s?\b|\b(?:improv|outperform|surpass|exceed|better|worse|higher|lower)|\bover\b",
    re.IGNORECASE,
)
_LONGEST_GAP, _LONGEST_LINK, _LONGEST_CHAIN = 45, 100, 130
_LONGEST_BARE_LINK = 25
_LOOK = 70
_AP, _AP50 = "box_ap", "box_ap50"
_LEAST_RATIO_OF_EASY_TO_STRICT, _MOST_RATIO_OF_EASY_TO_STRICT = 1.3, 2.2
_LEAST_SHARE_OF_THE_LIKE, _LEAST_SHARE_OF_A_LIKE_ERROR = 0.6, 0.5
"""A number is of the same measure as the one before it only if it is not much smaller or larger."""
_LEAST_SHARE_AFTER_A_CHANGE = 0.3
_LARGEST_BARE_DIFFERENCE = 8.0
_LEAST_FRACTION, _FRACTION_DIGITS = 0.3, 3


@dataclass(frozen=True, slots=True)
class Measure:
    """Words that name what is measured: ``names`` in order, for "top-1 / top-5 error" two; ``error`` if an error is."""

    start: int
    end: int
    names: tuple[str, ...]
    """Ids of metrics; empty where only "accuracy" or "error" is said; "other" for what is none of ours."""
    error: bool | None

    @property
    def is_other(self) -> bool:
        return _OTHER in self.names


@dataclass(frozen=True, slots=True)
class Number:
    start: int
    end: int
    printed: str
    percent: bool

    @property
    def value(self) -> float:
        return float(self.printed)

    @property
    def decimal(self) -> bool:
        return "." in self.printed


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers said in one breath; ``separators`` between them are "list", "against" or "change"."""

    numbers: tuple[Number, ...]
    separators: tuple[str, ...]

    @property
    def start(self) -> int:
        return self.numbers[0].start

    @property
    def end(self) -> int:
        return self.numbers[-1].end


@dataclass(frozen=True, slots=True)
class Stated:
    """A number with its measure; offsets are in the sentence."""

    number: Number
    measure: Measure
    metric: str | None
    """Id of the metric; None for a plain accuracy or error."""
    run: Run
    place: int
    """Of the number in its run."""
    chained: bool
    """The measure is that of an earlier number."""

    @property
    def changed_from(self) -> bool:
        """Whether it is the first of "from 25.3 to 28.4"."""
        return "change" in self.run.separators[self.place :]


def stated_in(sentence: str) -> list[Stated]:
    """The numbers of a sentence that are results, with their measures.

    "28.4 BLEU" -> bleu      "78.9% and 76.3% mAP" -> box_ap, twice      "a test error of 10.41%" -> a plain error
    "improves by 2.0 BLEU" -> none      "a gain of 1.3% AP" -> none      "over 80% top-1 accuracy" -> none
    """
    measures = list(_measures(sentence))
    if not measures:
        return []
    found: list[Stated] = []
    last: tuple[Run, Measure] | None = None
    for run in _runs(sentence, measures):
        tied = _tied(sentence, run, measures)
        chained = tied is None
        if tied is None and "against" in run.separators and sentence[run.start - 1 : run.start] == "(":
            tied = _only_before(measures, run)
        if tied is None and last and _continues(sentence, run, *last, measures):
            tied = last[1]
        if tied is None or _is_vague(sentence, run) or _is_difference(sentence, run, tied):
            continue
        last = run, tied
        if not tied.is_other:
            found += _of_run(run, tied, chained)
    return found


def _of_run(run: Run, measure: Measure, chained: bool) -> Iterator[Stated]:
    several = len(measure.names) > 1 and len(measure.names) == len(run.numbers)
    if measure.names == (_AP,) and _is_easy_and_strict(run):
        measure, several = replace(measure, names=(_AP50, _AP)), True
    for place, number in enumerate(run.numbers):
        metric = measure.names[place if several else 0] if measure.names else None
        yield Stated(number, measure, metric, run, place, chained)


def _is_easy_and_strict(run: Run) -> bool:
    """Whether two numbers are AP at an IoU of 0.5 and over all, which is always far less: "mAP is 59.0% and 37.4%"."""
    if len(run.numbers) != 2 or run.separators != ("list",):
        return False
    easy, strict = (number.value for number in run.numbers)
    return _LEAST_RATIO_OF_EASY_TO_STRICT < easy / max(strict, 0.1) < _MOST_RATIO_OF_EASY_TO_STRICT


def _measures(sentence: str) -> Iterator[Measure]:
    """Neighbouring words of measures are one: "top-1 validation error", "EM / F1 score", "average precision (AP)"."""
    open_one: Measure | None = None
    for match in _measure_words().finditer(sentence):
        word = (match.lastgroup or "").removeprefix("m_")
        names: tuple[str, ...] = () if word in (_ACCURACY, _ERROR) else (word,)
        error = None if names else word == _ERROR
        if open_one and _INSIDE_A_MEASURE.fullmatch(sentence, open_one.end, match.start()):
            names = open_one.names + tuple(name for name in names if name not in open_one.names)
            open_one = Measure(open_one.start, match.end(), names, open_one.error if error is None else error)
            continue
        if open_one:
            yield open_one
        open_one = Measure(match.start(), match.end(), names, error)
    if open_one:
        yield open_one


def _runs(sentence: str, measures: Sequence[Measure]) -> Iterator[Run]:
    """Numbers outside of the names of measures, grouped; those that only space parts are of a table's row."""
    numbers: list[Number] = []
    separators: list[str] = []
    count = 0
    for match in _NUMBER.finditer(sentence):
        if any(each.start < match.end("digits") and match.start() < each.end for each in measures):
            continue
        count += 1
        if count > MOST_NUMBERS_OF_A_SENTENCE:
            break
        number = Number(match.start(), match.end(), match["digits"], bool(match["unit"]))
        if numbers:
            between = _SEPARATOR.fullmatch(sentence, numbers[-1].end, number.start)
            if between and (between.lastgroup != "change" or _may_change(numbers[-1], number)):
                numbers.append(number)
                separators.append(between.lastgroup or "list")
                continue
            yield Run(tuple(numbers), tuple(separators))
        numbers, separators = [number], []
    if numbers:
        yield Run(tuple(numbers), tuple(separators))


def _may_change(before: Number, after: Number) -> bool:
    """Not "a marginal 0.1% to 82.2"."""
    smaller, larger = sorted((before.value, after.value))
    return smaller >= _LEAST_SHARE_AFTER_A_CHANGE * larger


def _tied(sentence: str, run: Run, measures: Sequence[Measure]) -> Measure | None:
    after = next((each for each in measures if each.start >= run.end), None)
    before = next((each for each in reversed(measures) if each.end <= run.start), None)
    behind = sentence[run.end : after.start] if after else ""
    if after and _ONLY_SPACE.fullmatch(behind):
        return after
    if before and _links(sentence, before, run):
        return before
    exact = any(number.decimal or number.percent for number in run.numbers)
    if after and len(after.names) == len(run.numbers) > 1 and _FOR_EACH.fullmatch(behind):
        return after
    if after and exact and len(behind) <= _LONGEST_GAP and rule_of("gap").search(behind):
        return after
    return None


def _only_before(measures: Sequence[Measure], run: Run) -> Measure | None:
    """What a comparison in brackets is of, where but one measure is named before: "2.3% lower (78.5% vs. 80.8%)"."""
    before = [each for each in measures if each.end <= run.start]
    return before[-1] if len({(each.names, each.error) for each in before}) == 1 else None


def _links(sentence: str, measure: Measure, run: Run) -> bool:
    """Whether nothing but a link stands between a measure and the number behind it: "BLEU score of", "AP ("."""
    gap = sentence[measure.end : run.start]
    if len(gap) > _LONGEST_LINK or _STOP.search(gap):
        return False
    exact = any(number.decimal or number.percent for number in run.numbers)
    if len(gap) > _LONGEST_BARE_LINK and (not exact or gap.rstrip().endswith(("=", ":"))):
        return False
    if _NUMBER.search(gap):
        return bool(_CHANGED_BY.search(gap))
    if _ADJACENT.fullmatch(gap):
        changes = _CHANGES.search(sentence[max(0, measure.start - _LOOK) : measure.start])
        return not changes or ("(" in gap and run.numbers[0].value > _LARGEST_BARE_DIFFERENCE)
    in_brackets = gap.rstrip().endswith("(") and len(run.numbers) > 1
    return bool(rule_of("link").search(gap)) and (in_brackets or not rule_of("link-stop").search(gap))


def _continues(sentence: str, run: Run, last: Run, measure: Measure, measures: Sequence[Measure]) -> bool:
    """Whether a number of its own is of the measure of the one before: "78.46% vs. 80.75%", "and 43.95 on En-Fr"."""
    gap = sentence[last.end : run.start]
    if len(gap) > _LONGEST_CHAIN or _FULL_STOP.search(gap) or not rule_of("chain").search(gap):
        return False
    if any(last.end <= each.start < run.start and each.names != measure.names for each in measures):
        return False
    if not _ENDS_A_CHAIN.match(sentence, run.end):
        return False
    first, second = last.numbers[-1], run.numbers[0]
    if _OF_ITS_OWN_DATA.match(sentence, run.end) and second.decimal:
        return True
    precise = second.decimal or (second.percent and not first.decimal)
    if first.percent != second.percent or not precise:
        return False
    smaller, larger = sorted((first.value, second.value))
    return smaller >= (_LEAST_SHARE_OF_A_LIKE_ERROR if measure.error else _LEAST_SHARE_OF_THE_LIKE) * larger


def _is_vague(sentence: str, run: Run) -> bool:
    """A bound or a rounded guess, a range, or numbers of a table's row that came along with a caption."""
    before = sentence[max(0, run.start - _LOOK) : run.start]
    first = run.numbers[0]
    if rule_of("vague-before").search(before) or (not first.decimal and rule_of("vague-integer").search(before)):
        return True
    if "change" in run.separators and not _FROM.search(before) and not _CHANGES.search(before):
        return True
    if _NUMBER_BEFORE.search(before) or _NUMBER_BEHIND.match(sentence, run.end):
        return True
    if first.value < 1 and not first.percent:
        return first.value < _LEAST_FRACTION or len(first.printed.partition(".")[2]) < _FRACTION_DIGITS
    return not (first.decimal or first.percent or run.numbers[-1].percent or first.value >= 10)


def _is_difference(sentence: str, run: Run, measure: Measure) -> bool:
    before = sentence[max(0, run.start - _LOOK) : run.start]
    if rule_of("difference-before").search(before):
        return True
    small = run.numbers[0].value <= _LARGEST_BARE_DIFFERENCE and not measure.error and "wer" not in measure.names
    if small and _DIFFERENCES.search(sentence, max(0, run.start - _LONGEST_CHAIN), run.end + _LOOK):
        return True
    behind = sentence[run.end : run.end + _LOOK]
    return bool(rule_of("difference-after").search(behind))


@cache
def _measure_words() -> re.Pattern[str]:
    words = "|".join(
        f"(?P<m_{rule.id.removeprefix('measure.')}>{rule.pattern.pattern})" for rule in rules_of("measure")
    )
    return re.compile(rf"(?<!\w)(?=[\w∆Δ])(?:{words})", re.IGNORECASE)


@cache
def rules_of(label: str) -> tuple[TextRule, ...]:
    """The rules of ``result_sentences.jsonl`` with a label, in their order."""
    return tuple(rule for rule in load_text_rules("result_sentences") if rule.label == label)


@cache
def rule_of(label: str) -> re.Pattern[str]:
    """The pattern of the one rule with a label."""
    (rule,) = rules_of(label)
    return rule.pattern
