"""Label Studio: a task a paper's page, with what the machine read as predictions (pre-annotations).

The text of a task is the sentences that facts of the page stand on, each once, a line each; nothing else of the paper
goes out. A record is a region with its kind as label around its sentence; each of its known fields is a region around
the words that state it, or the sentence where these can't be told. What a region says is in the text area ``value``
that belongs to it. Region ids, the values they stand for and the reviews in force travel in the task's ``data``, which
Label Studio hands back as it got it. (Format: https://labelstud.io/guide/task_format, https://labelstud.io/guide/predictions.)
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import quoteattr

from annotations.exchange.facts import RECORD, OpenFact
from annotations.exchange.written import NOT_STATED, written
from annotations.field_words import FieldWords
from annotations.run_scoring import RunScorer
from db.fields import FIELDS, Kind
from extractors.lexicon.catalogue import load_catalogue

FORMAT = 1
WRONG = "wrong"
LABELS, TEXT, VALUE, VERDICT, REASON = "label", "text", "value", "verdict", "reason"
_GOLD_NAMES = {"accelerator_count": "count", "duration_hours": "hours"}
"""Fields that ``FieldWords`` knows by another name."""
_NO_QUOTE = "(no words are quoted)"
"""A region needs something to be around."""
_KIND_COLOUR, _FIELD_COLOUR = "#5b6b7f", "#1d4ed8"

Task = dict[str, Any]


def labelling_config() -> str:
    """The XML that a Label Studio project for these tasks needs (Settings, Labeling Interface, Code)."""
    fields = sorted({field for kind in Kind for field in FIELDS[kind]})
    labels = [(str(kind), _KIND_COLOUR) for kind in Kind] + [(field, _FIELD_COLOUR) for field in fields]
    named = "\n".join(f"    <Label value={quoteattr(name)} background={quoteattr(colour)}/>" for name, colour in labels)
    return f"""\
<View>
  <Style>.htx-text{{ white-space: pre-wrap; }}</Style>
  <Header value="$title" size="4"/>
  <Labels name="{LABELS}" toName="{TEXT}" choice="single" showInline="true">
{named}
  </Labels>
  <Text name="{TEXT}" value="$text" granularity="symbol"/>
  <TextArea name="{VALUE}" toName="{TEXT}" perRegion="true" editable="true" maxSubmissions="1" rows="1"
            placeholder="value, in the field's unit: 84 (hours), 8, 2.3e19"/>
  <Choices name="{VERDICT}" toName="{TEXT}" perRegion="true" choice="single-radio" showInline="true">
    <Choice value="{NOT_STATED}"/>
    <Choice value="{WRONG}"/>
  </Choices>
  <TextArea name="{REASON}" toName="{TEXT}" perRegion="true" editable="true" maxSubmissions="1" rows="1"
            placeholder="why"/>
  <Relations><Relation value="of"/></Relations>
</View>
"""


def tasks(facts: Iterable[OpenFact], model_version: str) -> Iterator[Task]:
    """A task for each page that has facts; facts of one paper stand together."""
    words = FieldWords(RunScorer(load_catalogue()))
    for _, of_paper in groupby(facts, key=lambda fact: fact.paper_key):
        by_page: dict[int, list[OpenFact]] = defaultdict(list)
        for fact in of_paper:
            by_page[fact.page].append(fact)
        for page in sorted(by_page):
            yield _task(by_page[page], page, model_version, words)


def tasks_text(made: Iterable[Task]) -> Iterator[str]:
    """The tasks as one JSON list, a task a line."""
    start = "["
    for task in made:
        yield start + "\n" + json.dumps(task, ensure_ascii=False, allow_nan=False)
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


def _task(facts: Sequence[OpenFact], page: int, model_version: str, words: FieldWords) -> Task:
    lines, starts = _lines(facts)
    known: dict[str, Any] = {}
    result: list[dict[str, Any]] = []
    for fact in facts:
        sentence = starts[fact.quote]
        for name in (RECORD, *FIELDS[fact.kind]):
            if name and fact.values[name] is None:
                continue
            start, end = _span(fact, name, words)
            region = region_id(fact.fact_key, name)
            value = fact.values if name == RECORD else fact.values[name]
            known[region] = {"fact_key": fact.fact_key, "kind": str(fact.kind), "field": name, "value": value}
            known[region]["review"] = fact.latest.get(name)
            label = str(fact.kind) if name == RECORD else name
            result += _region(region, label, lines, sentence + start, sentence + end, fact.confidence)
            if name != RECORD:
                result.append(_said(region, sentence + start, sentence + end, written(fact.values[name])))
    first = facts[0]
    ours = {"format": FORMAT, "paper_key": first.paper_key, "page": page}
    ours |= {"sentences": _sentences(facts, starts), "regions": known}
    data: dict[str, Any] = {
        "text": lines,
        "title": f"{first.title or first.paper_key}, page {page}",
        "paper": first.paper_key,
    }
    data |= {"address": first.address, "page": page, "burden": ours}
    score = min(fact.confidence for fact in facts)
    return {"data": data, "predictions": [{"model_version": model_version, "score": score, "result": result}]}


def region_id(fact_key: str, field: str) -> str:
    """The same for the same fact and field."""
    return hashlib.sha256(f"{fact_key}/{field}".encode()).hexdigest()[:10]


def _lines(facts: Sequence[OpenFact]) -> tuple[str, Mapping[str, int]]:
    """The text of the task, and where in it each sentence begins."""
    starts: dict[str, int] = {}
    text = ""
    for fact in facts:
        if fact.quote not in starts:
            starts[fact.quote] = len(text)
            text += (fact.quote or _NO_QUOTE) + "\n"
    return text, starts


def _sentences(facts: Sequence[OpenFact], starts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Where each sentence stands on paper, for facts that are added on it."""
    boxes = {fact.quote: fact.boxes for fact in reversed(facts)}
    return [
        {"start": start, "quote": quote, "boxes": [[page, *box.as_list()] for page, box in boxes[quote]]}
        for quote, start in starts.items()
    ]


def _span(fact: OpenFact, field: str, words: FieldWords) -> tuple[int, int]:
    """Where in the fact's sentence the field is stated; the whole sentence where that can't be told."""
    value = fact.values.get(field) if field else None
    whole = 0, len(fact.quote or _NO_QUOTE)
    if value is None or isinstance(value, bool):
        return whole
    if fact.kind is Kind.TRAINING_RUN and field in ("accelerator", *_GOLD_NAMES, "device_hours"):
        run = {_GOLD_NAMES.get(name, name): each for name, each in fact.values.items()}
        return words.find(_GOLD_NAMES.get(field, field), run, fact.quote) or whole
    text = written(value)
    at = fact.quote.casefold().find(text.casefold())
    return whole if at < 0 or len(fact.quote.casefold()) != len(fact.quote) else (at, at + len(text))


def _region(region: str, label: str, text: str, start: int, end: int, score: float) -> list[dict[str, Any]]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return [{"id": region, "from_name": LABELS, "to_name": TEXT, "type": "labels", "score": score, "value": value}]


def _said(region: str, start: int, end: int, said: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": [said]}
    return {"id": region, "from_name": VALUE, "to_name": TEXT, "type": "textarea", "value": value}
