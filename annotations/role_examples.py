"""Labelled sentences and heads of tables, found again in a document at hand, as examples for the role classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.places import Place as GoldPlace
from annotations.recovery import recover
from annotations.standoff import RoleLabel, RunFact
from extractors.judge import SentenceSignals
from extractors.judgement import Place
from extractors.records import Table
from extractors.runs import Mentions
from extractors.table_heads import head_signals
from models.fitting import RoleExample
from models.judge import OWN

_READER = "first"
"""Whose labels are learned from; the second reader's tell how far to trust them."""


@dataclass(frozen=True, slots=True)
class RoleExamples:
    """Examples of one paper, and how many labels led nowhere."""

    examples: tuple[RoleExample, ...]
    not_found: int


def role_examples(
    mentions: Mentions, tables: Sequence[Table], labels: Sequence[RoleLabel], facts: Sequence[RunFact]
) -> RoleExamples:
    """Sentences that mention something, and heads of tables, with their labels.

    A sentence on which a gold run rests tells of own training, whatever its label says.
    """
    held = recover(mentions.document, tables, [label for label in labels if label.reader == _READER])
    sentences = {place.passage.start + place.sentence.start: place for place in mentions.places}
    proven = recover(mentions.document, tables, [fact for fact in facts if not fact.optional]).texts
    examples: list[RoleExample] = []
    lost = len(held.not_found)
    for text in held.texts:
        seen = _seen(text.place, text.text, sentences, tables)
        if seen is None or not isinstance(text.record, RoleLabel):
            lost += 1
            continue
        rests = any(_holds(text.place, fact.place) for fact in proven)
        examples.append(RoleExample(text.record.paper, seen, OWN if rests else text.record.role))
    return RoleExamples(tuple(examples), lost)


def _seen(
    place: GoldPlace, text: str, sentences: Mapping[int, Place], tables: Sequence[Table]
) -> SentenceSignals | None:
    if place.start is not None:
        sentence = sentences.get(place.start)
        return sentence.seen if sentence else None
    on = (table for table in tables if any(cell.page == place.page and cell.box == place.box for cell in table.cells))
    table = next(on, None)
    return head_signals(table, text) if table else None


def _holds(sentence: GoldPlace, fact: GoldPlace) -> bool:
    """Whether all words around the fact are of the sentence."""
    if sentence.start is None or sentence.end is None or fact.start is None or fact.end is None:
        return False
    return sentence.start <= fact.start and fact.end <= sentence.end
