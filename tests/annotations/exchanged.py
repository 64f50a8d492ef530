"""Facts made up for tests of exchange, by hand and by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from annotations.exchange.facts import OpenFact
from db.facts import fact_key, plain_words
from db.fields import FIELD_TYPES, FIELDS, NEVER_UNKNOWN, Kind
from extractors.records import Box, CountUnit, Property, Stage

QUOTE = "We train Base on 8 V100 GPUs for 3.5 days."
_CHOICES = {
    "stage": list(map(str, Stage)),
    "count_unit": list(map(str, CountUnit)),
    "property": list(map(str, Property)),
}


def run(quote: str = QUOTE, page: int = 7, ordinal: int = 0, paper: str = "2401.00001", **values: Any) -> OpenFact:
    known: dict[str, Any] = dict.fromkeys(FIELDS[Kind.TRAINING_RUN])
    known |= {"model": "Base", "stage": "training", "accelerator": "NVIDIA Tesla V100", "accelerator_count": 8}
    known |= {"count_unit": "devices", "duration_hours": 84.0, "mixed_precision": False} | values
    return OpenFact(
        paper_key=paper,
        title="A paper",
        fact_key=fact_key(paper, "training_run", page, quote, ordinal),
        kind=Kind.TRAINING_RUN,
        values=known,
        machine_values=known,
        confidence=0.94,
        status="accepted",
        page=page,
        boxes=((page, Box(108.0, 300.1, 180.0, 311.0)),),
        quote=quote,
        latest={},
    )


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30) | st.sampled_from(
    ["=1+1", "'=x", "@me", "+5", "-3", "a;b,c", 'say "so"', "not stated of them", "1,5", "👩‍🔬 lab 8 V100"]
)


def values_of(field: str) -> st.SearchStrategy[Any]:
    if field in _CHOICES:
        return st.sampled_from(_CHOICES[field])
    of_type = FIELD_TYPES[field]
    if of_type is bool:
        return st.booleans()
    if of_type is int:
        return st.integers(1, 2**53)
    if of_type is float:
        return st.floats(1e-3, 1e30, allow_nan=False)
    return WORDS.filter(lambda text: text.strip() == text)


@st.composite
def facts(draw: st.DrawFn, paper: str = "2401.00001") -> OpenFact:
    kind = draw(st.sampled_from(list(Kind)))
    quote = draw(WORDS.filter(plain_words))
    page = draw(st.integers(1, 3))
    values = {
        field: draw(values_of(field) if field in NEVER_UNKNOWN.get(kind, ()) else st.none() | values_of(field))
        for field in FIELDS[kind]
    }
    made = replace(run(quote, page, draw(st.integers(0, 10**9)), paper), kind=kind, values=values)
    latest = draw(
        st.dictionaries(st.sampled_from(("", *FIELDS[kind])), st.text("0123456789abcdef", min_size=4), max_size=3)
    )
    return replace(made, machine_values=values, latest=latest, title=draw(WORDS))
