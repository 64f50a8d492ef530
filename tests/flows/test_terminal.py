"""Text from outside does not act on the terminal."""

from __future__ import annotations

import pytest

from flows.terminal import print_failures, print_records, print_table, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Deep \x1b[2JNets", "Deep [2JNets"),
        ("a\x9b31mred", "a31mred"),
        ("left\u202eright\u2066", "leftright"),
        ("two\r\nlines\tand a tab", "two  lines and a tab"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 \x00null", "bell null"),
        ("8 × V100 – 3·10²³ Ärzte 変圧器", "8 × V100 – 3·10²³ Ärzte 変圧器"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_tables_take_no_markup_and_no_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["[b]title[/b]"], [["[red]x[/red] [/] :smile: \x1b]0;owned\x07"]])
    shown = capsys.readouterr().out
    assert "[red]x[/red] [/] :smile: ]0;owned" in shown
    assert "\x1b" not in shown and "\x07" not in shown


def test_records_show_paper_burden_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    record = {
        "arxiv_id": "2001.00001",
        "accelerator": "NVIDIA Tesla P100",
        "accelerator_count": 8,
        "duration_hours": 84.0,
        "hardware_burden_flop": 2.56e19,
        "method": None,
        "reason": "no rate is known",
        "page": 7,
        "evidence": "We trained on 8 P100 GPUs " + "x" * 300,
    }
    print_records([record])
    shown = " ".join(capsys.readouterr().out.split())
    for part in (
        "2001.00001",
        "NVIDIA Tesla P100",
        "no rate is known: ",
        " 8 ",
        " 84 ",
        "2.6e+19",
        " 7 ",
        "We trained on 8 P100 GPUs",
    ):
        assert part in shown
    assert "None" not in shown


@pytest.mark.parametrize(
    ("record", "how"),
    [
        ({"flop": 3.1e18}, "stated: 3.1e+18 FLOP: “as the text says”"),
        ({"method": "8 devices x 1 h", "stated_training_flop": 2e19}, "8 devices x 1 h; stated: 2e+19 FLOP: “as"),
        ({"method": None, "reason": None}, " “as the text says”"),
    ],
)
def test_what_a_paper_states_of_its_flop_is_shown_before_the_evidence(
    record: dict[str, object], how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_records([{"arxiv_id": "2001.00001", "page": 7, "evidence": "as the text says"} | record])
    shown = " ".join(capsys.readouterr().out.split())
    assert how in shown
    assert "None" not in shown


def test_failures_go_to_stderr_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_failures([("evil\n.pdf", "broken", "no\x1b[31m pages")])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "failed: evil .pdf: broken: no[31m pages\n"
