"""The HTML page: whole in itself, harmless whatever papers say, and not stopped by a PDF."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from result_records import TOP1, found_result, gold_value, judged_results
from run_records import found_run, gold_run, judged

from annotations.comparison import compare
from annotations.evaluation import Evaluation, evaluate
from annotations.report import report_page

HOSTILE = "<script>alert(1)</script> \"' onload=x <img src=http://evil.example/x> {{ 7 * 7 }} 8 V100"


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def says(self, words: str) -> bool:
        """Whether the text has them, however it is spaced."""
        return "".join(words.split()) in "".join(self.text.split())

    def named(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(evaluation: Evaluation, pdfs: dict[str, Path] | None = None, **more: Any) -> Tags:
    return Tags(report_page(evaluation, pdfs or {}, **{"export": "e.jsonl", "gold": "g.jsonl", "most": 200, **more}))


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    with pymupdf.open() as document:
        document.new_page().insert_text((100, 300), "We trained on 8 V100 GPUs")
        document.save(tmp_path / "1.pdf")
    return tmp_path / "1.pdf"


def test_a_miss_stands_beside_its_place(tmp_path: Path, paper: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8, 24, page=1, quote="trained on 8 V100 GPUs")]}
    evaluation = judged(
        tmp_path,
        gold,
        found_run("1", "NVIDIA Tesla V100", 4, page=1, bbox=[100, 290, 200, 305], confidence=0.8, evidence="four"),
        found_run("1", "NVIDIA Tesla V100", 8, 24, page=1, status="candidate", confidence=0.31),
    )
    page = page_of(evaluation, {"1": paper})
    pictures = page.named("img")
    assert [picture["alt"] for picture in pictures] == ["part of page 1 of 1"] * 2
    for picture in pictures:
        kind, data = picture["src"].split(",", 1)
        shown = pymupdf.Pixmap(base64.b64decode(data))
        assert kind == "data:image/jpeg;base64"
        assert (shown.width, shown.height) == (int(picture["width"]), int(picture["height"]))
    words = " ".join(page.text.split())
    assert "8 x NVIDIA V100, 24 h" in words and "found, but held back at 0.31" in words
    assert "other count, hours" in words and "trained on 8 V100 GPUs" in words and "No picture" not in words
    assert [attributes["href"] for attributes in page.named("a")][:2] == ["#paper-1", "https://arxiv.org/abs/1"]
    assert "paper-1" in [attributes.get("id") for attributes in page.named("section")]


def test_figures_and_comparison_are_shown(tmp_path: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8, 24)], "2": [gold_run("NVIDIA V100", 8, 24)]}
    right = [found_run(paper, "NVIDIA Tesla V100", 8, 24, confidence=0.75) for paper in "12"]
    first, second = judged(tmp_path, gold, *right), judged(tmp_path, gold, right[0])
    page = page_of(first, differences=compare(first, second), against="rules.jsonl")
    words = " ".join(page.text.split())
    assert "run 1.000 1.00–1.00 1.000 1.00–1.00 1.000 1.00–1.00 2 right of 2 exported, 2 gold" in words
    assert "Against rules.jsonl" in words
    assert re.search(r"run 1\.000 1\.00–1\.00 0\.667 \S+ \+0\.333 \+0\.000 to \+1\.000", words)
    assert "Expected calibration error 0.250" in words
    assert "None: every gold run is exported" in words
    assert page.named("polyline") and not page.named("img")


def test_what_strangers_wrote_does_not_act(tmp_path: Path, paper: Path) -> None:
    gold = {HOSTILE: [gold_run(HOSTILE, 8, page=1, quote=HOSTILE, model=HOSTILE, stage=HOSTILE)]}
    record = found_run(HOSTILE, HOSTILE, 4, page=1, bbox=[1, 2, 300, 400], evidence=HOSTILE, model=HOSTILE)
    evaluation = judged(tmp_path, gold, record)
    for pdfs in ({}, {HOSTILE: paper}):
        page = page_of(evaluation, pdfs, export=HOSTILE, gold=HOSTILE)
        assert page.text.count("<script>alert(1)</script>") > 6, "shown as text"
        assert "{{ 7 * 7 }}" in page.text
        assert {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "link", "base", "form"} == set()
        attributes = [item for _, held in page.tags for item in held.items()]
        assert not [name for name, _ in attributes if name.startswith("on")]
        addresses = [value for name, value in attributes if name in ("src", "href")]
        assert all(re.match(r"#|data:image/jpeg;base64,|https://arxiv\.org/abs/", str(value)) for value in addresses)
        [policy] = [each["content"] for each in page.named("meta") if "content" in each and "src" in each["content"]]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_papers_that_cannot_be_shown_are_named_and_stop_nothing(tmp_path: Path, paper: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)))
    gold = {
        "absent": [gold_run("NVIDIA V100", 8, page=1)],
        "broken": [gold_run("NVIDIA V100", 8, page=1)],
        "gone": [gold_run("NVIDIA V100", 8, page=1)],
        "pageless": [gold_run("NVIDIA V100", 8)],
        "short": [gold_run("NVIDIA V100", 8, page=99)],
        "whole": [gold_run("NVIDIA V100", 8, page=1)],
    }
    pdfs = {"broken": broken, "gone": tmp_path / "gone.pdf", **dict.fromkeys(("pageless", "short", "whole"), paper)}
    page = page_of(judged(tmp_path, gold), pdfs)
    reasons = [" ".join(line.split()) for line in re.findall(r"No picture: [^\n]*", page.text)]
    assert [reason.split(": ")[1][:16] for reason in reasons] == [
        "the PDF of this ",
        "the PDF can't be",
        "the PDF can't be",
        "no page is known",
        "there is no page",
    ]
    assert [picture["alt"] for picture in page.named("img")] == ["page 1 of whole"]


def test_at_most_so_many_misses_are_shown(tmp_path: Path) -> None:
    evaluation = judged(tmp_path, {str(paper): [gold_run("NVIDIA V100", 8)] for paper in range(9)})
    page = page_of(evaluation, most=4)
    assert len(page.named("article")) == 4
    assert "4 of 9 misses are shown, in 4 papers" in " ".join(page.text.split())


def test_misses_of_results_stand_beside_the_printed_number(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page().insert_text((100, 300), "Net 23.50 24.10")
        document.save(tmp_path / "1.pdf")
    main = [gold_value(76.5, page=1, printed="23.50"), gold_value(75.9, page=1, printed="24.10")]
    records = [
        found_result(23.5, model="Net", page=1, bbox=[125, 290, 155, 305], confidence=0.8, evidence="Table 1"),
        found_result(75.9, model="Net", status="candidate", confidence=0.31),
        found_result(88.8, page=7),
    ]
    page = page_of(judged_results(tmp_path, records, main), {"1": tmp_path / "1.pdf"})
    for words in (
        "missed imagenet top1_accuracy 76.5, own printed 23.50 page 1",
        "nearest exported: imagenet top1_accuracy 23.5, own Net page 1 confidence 0.80; an error for an accuracy",
        "found, but held back: imagenet top1_accuracy 75.9, own Net confidence 0.31",
        "The best value of this benchmark and metric is wrong because of it.",
        "value recall 0.000 0.00–0.00 0 of 2 own values of main tables",
        "No picture: there is no page 7",
    ):
        assert page.says(words), words
    assert [picture["alt"] for picture in page.named("img")] == ["part of page 1 of 1"] * 2
    assert "None: every gold value is exported" in page_of(judged_results(tmp_path, [], [])).text


def test_joins_that_are_not_right_are_shown_with_both_sides_runs(tmp_path: Path, paper: Path) -> None:
    run = {"accelerator": "NVIDIA V100", "accelerator_count": 8, "duration_hours": 24, "device_hours": None}
    join = {"paper": "1", "record": 1, "model": "Net-50", **TOP1, "value": 76.5, "result_page": 1, "sure": True}
    (tmp_path / "runs.jsonl").write_text("")
    (tmp_path / "joins.jsonl").write_text(json.dumps(join | {"runs": [run | {"stage": "training", "page": 1}]}))
    records = [
        found_result(76.5, model="Net-50"),
        found_run("1", "NVIDIA Tesla V100", 8, 24, page=1, bbox=[100, 290, 200, 305]),
        found_run("1", "NVIDIA Tesla K80", 2, joined_models=[{"model": "Net-50"}], page=1, bbox=[200, 290, 220, 305]),
    ]
    page = page_of(evaluate(tmp_path / "runs.jsonl", records, joins_path=tmp_path / "joins.jsonl"), {"1": paper})
    for words in (
        "joined wrong: other runs Net-50 imagenet top1_accuracy 76.5, own page 1",
        "its run: 8 x NVIDIA V100, 24 h training page 1",
        "joined: 2 x NVIDIA Tesla K80 page 1",
        "joins right 0.000 0.00–0.00 0 of 1 models with a result",
    ):
        assert page.says(words), words
    [picture] = page.named("img")
    assert picture["alt"] == "part of page 1 of 1"


def test_what_strangers_wrote_of_results_does_not_act(tmp_path: Path, paper: Path) -> None:
    hostile = {"benchmark": HOSTILE, "metric": HOSTILE}
    record = found_result(50.0, paper=HOSTILE, page=1, evidence=HOSTILE, model=HOSTILE) | hostile
    join = {"paper": HOSTILE, "record": 1, "model": HOSTILE, **hostile, "value": 50.0, "result_page": 1, "sure": True}
    gold = [gold_value(76.5, paper=HOSTILE, page=1, printed=HOSTILE, table=HOSTILE) | hostile]
    run = {"accelerator": HOSTILE, "accelerator_count": 8, "duration_hours": 24, "device_hours": None, "stage": HOSTILE}
    joins = tmp_path / "joins.jsonl"
    joins.write_text(json.dumps(join | {"runs": [run | {"page": 1}]}))
    judged_results(tmp_path, [], gold, gold)
    files = [tmp_path / name for name in ("results.csv", "full.jsonl", "joins.jsonl")]
    for pdfs in ({}, {HOSTILE: paper}):
        page = page_of(evaluate(tmp_path / "runs.jsonl", [record], *files), pdfs)
        assert page.text.count("<script>alert(1)</script>") > 10, "shown as text"
        assert {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "link", "base", "form"} == set()
        attributes = [item for _, held in page.tags for item in held.items()]
        assert not [name for name, _ in attributes if name.startswith("on")]
        addresses = [value for name, value in attributes if name in ("src", "href")]
        assert all(re.match(r"#|data:image/jpeg;base64,|https://arxiv\.org/abs/", str(value)) for value in addresses)
