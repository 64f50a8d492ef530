"""Results, properties and points on a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from flows.fact_tables import MOST_RESULTS, best_results, print_exported, print_read, quantity_in_words

PLACE = {"arxiv_id": "2001.00001", "page": 7, "evidence": "Table 2: Base | top-1 | 76.5"}


def result(value: float, benchmark: str = "imagenet", metric: str = "top1_accuracy", **changes: Any) -> dict[str, Any]:
    named = {"kind": "result", "model": "Base", "benchmark": benchmark, "metric": metric, "value": value, "own": True}
    return {**PLACE, **named, "split": None, **changes}


def run(**changes: Any) -> dict[str, Any]:
    return {**PLACE, "kind": "training_run", "accelerator": "NVIDIA A100", "evidence": "On one A100.", **changes}


def stated(name: str, quantity: float) -> dict[str, Any]:
    named = {"kind": "model_property", "model": "Base", "property": name, "quantity": quantity}
    return {**PLACE, **named, "benchmark": None, "stage": "training"}


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_after_the_runs_come_own_results_best_first_and_what_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        run(),
        result(76.0, split="val"),
        result(1.5, "librispeech-test-clean", "wer"),
        result(78.53, split="val"),
        result(1.4, "librispeech-test-clean", "wer"),
        result(99.0, own=False),
        stated("epochs", 90),
        stated("parameters", 2.56e7),
    ]
    print_read(records)
    assert shown(capsys) == [
        "paper accelerator page",
        "2001.00001 NVIDIA A100 7",
        "“On one A100.”",
        "",
        "paper model benchmark metric value split page",
        "2001.00001 Base imagenet top1_accuracy 78.53 val 7",
        "2001.00001 Base imagenet top1_accuracy 76.0 val 7",
        "2001.00001 Base librispeech-test-clean wer 1.4 7",
        "2001.00001 Base librispeech-test-clean wer 1.5 7",
        "",
        "not shown: 1 result quoted from others, 2 properties of models (--format jsonl has all)",
    ]


def test_a_long_list_of_results_is_cut_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_read([result(value / 10, arxiv_id=f"2001.0000{paper}") for paper in range(3) for value in range(500)])
    lines = shown(capsys)
    assert len(lines) == 1 + MOST_RESULTS + 2
    assert lines[-1] == "not shown: 1,460 own results (--format jsonl has all)"
    assert [line.split()[-2] for line in lines[1:15]] == [f"{49.9 - row / 10:.1f}" for row in range(14)]


def test_every_paper_and_benchmark_shows_its_best_before_any_shows_more() -> None:
    many = [result(float(value)) for value in range(100)]
    few = [result(2.0, "coco", "box_ap"), result(1.0, "coco", "box_ap"), result(50.0, arxiv_id="2002.00001")]
    kept = best_results([*many, *few], 5)
    assert [(each["arxiv_id"], each["benchmark"], each["value"]) for each in kept] == [
        ("2001.00001", "imagenet", 99.0),
        ("2001.00001", "imagenet", 98.0),
        ("2001.00001", "coco", 2.0),
        ("2001.00001", "coco", 1.0),
        ("2002.00001", "imagenet", 50.0),
    ]


def test_a_paper_without_anything_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_read([])
    print_exported([])
    assert shown(capsys) == ["nothing found", "nothing found"]


def test_a_paper_with_results_alone_shows_no_empty_table_of_runs(capsys: pytest.CaptureFixture[str]) -> None:
    print_read([result(1.0)])
    assert shown(capsys)[0].startswith("paper model benchmark")
    print_read([result(1.0, own=False)])
    assert shown(capsys) == ["not shown: 1 result quoted from others (--format jsonl has all)"]


def test_an_export_of_results_tells_own_from_cited_and_candidates(capsys: pytest.CaptureFixture[str]) -> None:
    print_exported([result(28.4123, "wmt14-en-de", "bleu"), result(27.0, own=False, status="candidate", model=None)])
    assert shown(capsys) == [
        "paper model benchmark metric value own page status",
        "2001.00001 Base wmt14-en-de bleu 28.41 own 7",
        "2001.00001 imagenet top1_accuracy 27.0 cited 7 candidate",
    ]


def test_an_export_of_all_facts_is_a_table_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    print_exported([stated("parameters", 2.56e7), result(1.0), run(), stated("epochs", 12.5)])
    lines = shown(capsys)
    heads = [number for number, line in enumerate(lines) if line.startswith("paper ")]
    assert [lines[head] for head in heads] == [
        "paper accelerator page",
        "paper model benchmark metric value own page",
        "paper model property quantity stage page",
    ]
    assert lines[-2:] == ["2001.00001 Base parameters 25.6M training 7", "2001.00001 Base epochs 12.5 training 7"]


def test_points_show_burden_and_how_they_were_joined(capsys: pytest.CaptureFixture[str]) -> None:
    flop = ("hardware_burden_flop", "stated_training_flop", "network_operations_flop")
    blank = dict.fromkeys((*flop, "parameters", "join_rule", "join_confidence"))
    point = {**result(76.5), **blank, "kind": "analysis_point", "result_page": 8}
    joined = {"join_status": "joined", "join_rule": "join.same-name", "join_confidence": 0.913}
    print_exported(
        [
            point | joined | {"hardware_burden_flop": 2.56e19, "network_operations_flop": 1.4e18, "parameters": 2.5e7},
            point | {"join_status": "not joined"},
            point | joined | {"join_rule": "join.equal-name", "join_confidence": None},
        ]
    )
    assert shown(capsys) == [
        "paper model benchmark metric value burden, FLOP network, FLOP parameters join page",
        "2001.00001 Base imagenet top1_accuracy 76.5 2.6e+19 1.4e+18 25M same-name 0.91 8",
        "2001.00001 Base imagenet top1_accuracy 76.5 not joined 8",
        "2001.00001 Base imagenet top1_accuracy 76.5 equal-name 8",
    ]


def test_names_from_papers_do_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_exported([result(1.0, model="Net\x1b[2J\nX\u202e" + "x" * 100)])
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out and out.count("\n") == 2 and max(map(len, out.splitlines())) < 120


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (2.56e7, "25.6M"),
        (4.1e9, "4.1G"),
        (1281167, "1.28M"),
        (1.5e12, "1.5T"),
        (3e17, "3e+17"),
        (90.0, "90"),
        (0.25, "0.25"),
        (999_999.0, "999999"),
    ],
)
def test_large_quantities_are_short(quantity: float, words: str) -> None:
    assert quantity_in_words(quantity) == words
