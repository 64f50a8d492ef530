"""What a paper says of its models' sizes and trainings: parameters, operations of a forward pass, epochs, examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice

from extractors.property.sentences import epochs_in, sizes_in
from extractors.property.spoken import UNSURE, spoken_sentences
from extractors.property.tables import properties_in_tables
from extractors.property.training_sets import FROM_LEXICON, KNOWN_SIZE, examples_in, known_sizes_in
from extractors.records import Document, ModelProperty, Property, Status, Table

MOST_PROPERTIES = 600
"""Of one paper; the rest are left."""
MOST_IN_TABLES = 450
_SAME = 0.02
"""Share by which two statements of one quantity may differ by rounding."""
_SIZES = (Property.PARAMETERS, Property.FORWARD_FLOP)

_MULTIPLY_ADDS = r"\bmultipl(?:y|ications?)[\s-]{0,2}(?:and[\s-])?(?:add|accumul)\w*"
_DEFINES_FLOPS = re.compile(
    r"\bFLOPs?\b(?:\s?\(|,?\s(?:i\.\s?e\.|(?:refers?|means?|denotes?|is|are|as|defin\w+|definition|follows)\b))"
    rf"(?:i\.\s?e\.|[^.;()]){{0,60}}?{_MULTIPLY_ADDS}|{_MULTIPLY_ADDS}\s?\(\s?FLOPs?\b"
    rf"|\bcount(?:s|ed|ing)?\s[^.;()]{{0,30}}?{_MULTIPLY_ADDS}\sas\s(?:a\ssingle|one)\s(?:floating[\s-]point\s)?operation"
    r"|\bFLOPs?\b[^.;]{0,60}?\bonly\s(?:consider|count)\w*\s(?:the\s)?multiplication"
    r"|\bonly\s(?:consider|count)\w*\s(?:the\s)?multiplication[^.;]{0,60}?\bFLOPs?\b"
)
_NOT_THE_SAME = re.compile(r"\b(?:two|twice|2|half|not|unlike|instead|rather)\b|2\s?[x×]", re.IGNORECASE)


def find_properties(document: Document, tables: Sequence[Table]) -> tuple[ModelProperty, ...]:
    """All properties that the tables and sentences state, each once, at most ``MOST_PROPERTIES``; candidates too."""
    doubled = flops_are_multiply_adds(document)
    in_tables = islice(properties_in_tables(document, tables, doubled), MOST_IN_TABLES)
    found = chain(in_tables, _in_sentences(document, doubled))
    return tuple(_without_needless(_each_once(islice(found, MOST_PROPERTIES))))


def flops_are_multiply_adds(document: Document) -> bool:
    """Whether the paper says that what it calls FLOPs are multiply-adds.

    "3.6 billion FLOPs (multiply-adds)", "FLOPs, i.e. the number of multiply-adds" -> True
    "a multiply-add is two FLOPs" -> False
    """
    for passage in document.passages:
        if "FLOP" in passage.text:
            for match in _DEFINES_FLOPS.finditer(passage.text):
                if not _NOT_THE_SAME.search(match.group()):
                    return True
    return False


def _in_sentences(document: Document, doubled: bool) -> Iterator[ModelProperty]:
    for spoken in spoken_sentences(document):
        yield from epochs_in(spoken)
        yield from sizes_in(spoken, doubled)
        yield from examples_in(spoken)
        yield from known_sizes_in(spoken)


def _each_once(found: Iterable[ModelProperty]) -> list[ModelProperty]:
    """Of records that say the same of the same the surest, the first of them."""
    surest: dict[tuple[object, ...], ModelProperty] = {}
    for each in found:
        key = (each.property, each.quantity, each.model, each.benchmark, each.stage)
        if key not in surest or each.confidence > surest[key].confidence:
            surest[key] = each
    return list(surest.values())


def _without_needless(found: Sequence[ModelProperty]) -> Iterator[ModelProperty]:
    """Without sizes of the lexicon where the paper states one; sizes that are said of all models, but differ, as
    candidates."""
    stated = {
        rule
        for each in found
        if each.property is Property.TRAINING_EXAMPLES and each.status is Status.ACCEPTED
        for rule in each.evidence.rules
        if rule.startswith(KNOWN_SIZE) and FROM_LEXICON not in each.evidence.rules
    }
    known = {kind: _quantities(found, kind) for kind in _SIZES}
    for each in found:
        rules = each.evidence.rules
        if FROM_LEXICON in rules and stated.intersection(rules):
            continue
        if each.property in _SIZES and each.model is None and _differ(known[each.property]):
            each = replace(each, confidence=min(each.confidence, UNSURE), status=Status.CANDIDATE)
        yield each


def _quantities(found: Sequence[ModelProperty], kind: Property) -> list[float]:
    return [each.quantity for each in found if each.property is kind and each.status is Status.ACCEPTED]


def _differ(quantities: Sequence[float]) -> bool:
    return bool(quantities) and max(quantities) > (1 + _SAME) * min(quantities)
