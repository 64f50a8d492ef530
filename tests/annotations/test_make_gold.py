"""Where records are placed: quotes, the words of a field, numbers, labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.field_words import FieldWords
from annotations.gold_files import read_gold_runs
from annotations.make_gold import make
from annotations.number_places import place_of_number
from annotations.places import Place
from annotations.placing import QuotePlaces
from annotations.recovery import recover_from_folder
from annotations.run_scoring import RunScorer
from annotations.standoff import (
    NO_RUNS,
    RUN_FIELDS,
    RoleLabel,
    RunFact,
    load_gold_runs,
    load_roles,
    write_facts,
)
from db.fields import letters_of
from extractors.lexicon.catalogue import load_catalogue


def test_records_hold_the_facts_of_the_gold_file(invented: Path) -> None:
    gold, own = read_gold_runs(invented / "runs.jsonl"), read_gold_runs(invented / "made" / "runs.jsonl")
    assert list(own) == list(gold)
    assert [paper for paper, runs in own.items() if not runs] == ["2106.99008"]
    for paper, runs in gold.items():
        for one, other in zip(runs, own[paper], strict=True):
            assert {name: other[name] for name in (*RUN_FIELDS, "page")} == {
                name: one[name] for name in (*RUN_FIELDS, "page")
            }


def test_records_lead_to_the_words_quoted(invented: Path, samples_dir: Path) -> None:
    runs = read_gold_runs(invented / "runs.jsonl")
    facts = load_gold_runs(invented / "made" / "runs.jsonl")
    recovery = recover_from_folder(samples_dir, facts)
    assert (recovery.not_found, recovery.missing_papers, recovery.unreadable_papers) == ((), (), ())
    assert recovery.unplaced == sum(fact.field == NO_RUNS for fact in facts) == 1
    assert len(recovery.texts) == len(facts) - 1
    for found in recovery.texts:
        fact = found.record
        assert isinstance(fact, RunFact)
        if fact.field == "stage":
            assert letters_of(runs[fact.paper][fact.record - 1]["quote"]) in letters_of(found.text)


def test_a_field_is_boxed_where_its_own_words_are(invented: Path, read) -> None:
    facts = [fact for fact in load_gold_runs(invented / "made" / "runs.jsonl") if fact.paper == "1707.99006"]
    document, _ = read("1707.99006")
    boxed = {}
    for fact in facts:
        box = fact.place.box
        assert box is not None and fact.place.page is not None
        words = [word for line in document.pages[fact.place.page - 1].lines for word in line.words]
        boxed[fact.field] = " ".join(
            word.text
            for word in words
            if box.x0 - 0.1 <= word.box.x0
            and word.box.x1 <= box.x1 + 0.1
            and box.y0 - 0.1 <= word.box.y0
            and word.box.y1 <= box.y1 + 0.1
        )
    assert boxed["count"] == "single"
    assert boxed["hours"].rstrip(".") == "14 hours"
    assert "GTX 1080" in boxed["accelerator"] and "hours" not in boxed["accelerator"]


@pytest.mark.parametrize(
    ("field", "run", "text", "words"),
    [
        ("count", {"accelerator": "NVIDIA V100", "count": 8}, "batch of 8 on 8 V100 GPUs, tested on 8 K80", "8 V100"),
        ("count", {"accelerator": "NVIDIA Titan X", "count": 1}, "one Xeon CPU and an NVIDIA Titan X", "an NVIDIA"),
        ("count", {"accelerator": "GPU", "count": 16}, "ViT-S/16 on two 8-GPU machines", None),
        ("count", {"accelerator": None, "count": 4}, "four chips", "four chips"),
        ("hours", {"hours": 108.0}, "Squash-50 6.00 4.5 108 K80", "108 K80"),
        ("hours", {"hours": 108.0}, "Squash-50 6.00 4.5 K80", "4.5 K80"),
        ("hours", {"hours": 72.0}, "for 3 days after 72 epochs", "3 days"),
        ("device_hours", {"device_hours": 5500.0}, "12.5 GB 50k 5.5k", "5.5k"),
        ("accelerator", {"accelerator": "NVIDIA V100"}, "on GPUs, namely K80 and V100s", "V100s"),
        ("accelerator", {"accelerator": "GPU"}, "on a GPU", "GPU"),
        ("accelerator", {"accelerator": "NVIDIA V100"}, "on four GPUs", None),
        ("stage", {"stage": "training"}, "training", None),
    ],
)
def test_the_words_of_a_field(field: str, run: dict[str, Any], text: str, words: str | None) -> None:
    found = FieldWords(RunScorer(load_catalogue())).find(field, run, text)
    assert (text[found[0] :][: len(words or "")] if found else None) == words


@pytest.mark.parametrize(
    ("quote", "page", "found"),
    [
        ("twelve glances took about a week", 1, ["twelve glances took about a week"]),
        ("Twelve glances\ntook about a  we-ek", 1, ["twelve glances took about a week"]),
        ("twelve glances took about one week", 1, ["twelve glances took about"]),
        ("twelve glances … converged within three days", 1, ["twelve glances", "converged within three days"]),
        ("twelve glances took about a week", 2, ["twelve glances took about a week"]),
        ("eleven lemurs slept for a whole fortnight", 1, []),
    ],
)
def test_a_quote_is_found_however_it_is_broken(quote: str, page: int, found: list[str], read) -> None:
    quotes = QuotePlaces(read("1606.99014")[0])
    texts = [quotes.text(span).lower() for span in quotes.spans(quote, page)]
    assert len(texts) == len(found)
    for text, expected in zip(texts, found, strict=True):
        assert letters_of(text).startswith(letters_of(expected))


def test_a_number_is_placed_where_only_one_cell_or_word_can_be_meant(read) -> None:
    document, tables = read("1803.99004")
    numbers = [(number.printed, cell) for table in tables for cell in table.cells for number in cell.numbers]
    printed = [digits for digits, cell in numbers if cell.page == tables[0].page]
    once = next(cell for digits, cell in numbers if printed.count(digits) == 1 and "." in digits)
    digits, value = once.numbers[0].printed, once.numbers[0].value
    for stated, given in ((value, digits), (value, None), (100 - value, None)):
        place, shown = place_of_number(document, tables, stated, once.page, given, None)
        assert (place.box, shown) == (once.box, digits)
        assert place.holds(once.text)
    twice = next(digits for digits in printed if printed.count(digits) > 1)
    assert not place_of_number(document, tables, float(twice), tables[0].page, twice, None)[0].is_placed
    assert not place_of_number(document, tables, 0.123456, tables[0].page, None, None)[0].is_placed


def test_labels_follow_their_words(invented: Path, samples_dir: Path, tmp_path: Path, read) -> None:
    document, _ = read("1606.99014")
    passage = next(passage for passage in document.passages if len(passage.text) > 200)
    page, box = next(passage.boxes(0, 20))
    place = Place.of(passage.text, page, box, passage.start + 7, passage.start + 7 + len(passage.text))
    stale = RoleLabel("1606.99014", None, 1, "sentence", "own", False, "first", place)
    lost = replace(stale, record=2, place=Place.of("words of another paper", page, box, 3, 25))
    write_facts(tmp_path / "roles.jsonl", [stale, lost])
    _, lost = load_roles(tmp_path / "roles.jsonl")
    make(invented, samples_dir, tmp_path)
    fresh, still = load_roles(tmp_path / "roles.jsonl")
    assert (fresh.role, fresh.place.start, fresh.place.digest) == ("own", passage.start, stale.place.digest)
    assert still == lost
