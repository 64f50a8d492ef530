"""`burden extract --tables`: what it prints, writes and refuses."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from homes import Home

FOLDER = Path(__file__).parents[2] / "samples" / "tables"
PAPER = FOLDER / "2301.99101.pdf"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home without a database: none is needed."""
    return Home(tmp_path_factory.mktemp("tables") / "home")


@pytest.fixture(scope="module")
def printed(home: Home) -> Callable[[str], str]:
    """``printed("csv")``: what goes to standard output in that format, without a terminal anywhere."""
    return cache(lambda output: home.burden("extract", "--tables", PAPER, "--format", output).stdout)


@pytest.fixture(scope="module")
def records(printed: Callable[[str], str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed("jsonl").splitlines()]


def test_a_record_holds_what_programs_need(records: list[dict[str, Any]]) -> None:
    assert sorted(record["number"] for record in records) == ["1", "2", "3", "4", "5"]
    first = records[0]
    assert (first["kind"], first["arxiv_id"], first["page"], first["column_count"]) == ("table", "2301.99101", 2, 5)
    assert first["caption"].startswith("Error rates on the validation set")
    (cell,) = [
        cell for cell in first["cells"] if cell["row_path"][-1:] == ["Ladder-101 [4] ^†"] and cell["column"] == 3
    ]
    assert cell["column_path"] == ["Error (%) ↓", "top-1"]
    assert (cell["text"], cell["numbers"], cell["unit"], cell["direction"]) == (
        "21.7",
        [{"value": 21.7, "printed": "21.7"}],
        "%",
        -1,
    )
    left, top, right, bottom = cell["bbox"]
    assert first["bbox"][0] <= left < right <= first["bbox"][2] and first["bbox"][1] <= top < bottom <= first["bbox"][3]


def test_the_box_of_a_cell_holds_its_text_on_the_page(records: list[dict[str, Any]]) -> None:
    with pymupdf.open(PAPER) as pdf:
        words = {number: page.get_text("words") for number, page in enumerate(pdf, start=1)}
    for record in records:
        for cell in record["cells"]:
            left, top, right, bottom = cell["bbox"]
            found = " ".join(
                text
                for x0, y0, x1, y1, text, *_ in words[cell["page"]]
                if left < (x0 + x1) / 2 < right and top < (y0 + y1) / 2 < bottom
            )
            for word in cell["text"].split():
                if word.isalnum():
                    assert word in found, cell


def test_json_is_one_array_of_the_same_records(printed: Callable[[str], str], records: list[dict[str, Any]]) -> None:
    assert json.loads(printed("json")) == records


def test_csv_has_a_line_for_each_cell(printed: Callable[[str], str], records: list[dict[str, Any]]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed("csv"))))
    assert len(rows) == sum(len(record["cells"]) for record in records)
    (row,) = [row for row in rows if row["table"] == "1" and row["text"] == "21.7"]
    assert (row["row_path"], row["column_path"]) == ("Fixed width > Ladder-101 [4] ^†", "Error (%) ↓ > top-1")
    assert (float(row["value"]), row["unit"]) == (21.7, "%")


def test_markdown_and_terminal_show_the_grid(home: Home, printed: Callable[[str], str]) -> None:
    markdown = printed("markdown")
    assert "### 2301.99101, page 2: Table 1: Error rates" in markdown
    assert "| Error (%) ↓ top-1 | Error (%) ↓ top-5 |" in markdown
    assert r"| Gated shortcuts \[3\] | 60.2 | 11.6 | 22.4 | 6.2 |" in markdown
    screen = home.burden("extract", "--tables", PAPER).stdout
    assert "2301.99101, page 2: Table 1: Error rates" in screen
    assert any(line.split() == ["Ladder-50", "[4]", "25.6", "4.1", "23.9", "7.1"] for line in screen.splitlines())


def test_draw_writes_each_page_with_tables(home: Home, tmp_path: Path, records: list[dict[str, Any]]) -> None:
    pictures = tmp_path / "new" / "pictures"
    ran = home.burden("extract", "--tables", PAPER, "--draw", pictures)
    assert ran.returncode == 0, ran.stderr
    pages = sorted({cell["page"] for record in records for cell in record["cells"]})
    assert sorted(path.name for path in pictures.iterdir()) == [f"2301.99101-page-{page}.png" for page in pages]
    plain = pymupdf.open(PAPER)[pages[0] - 1].get_pixmap(dpi=110)
    drawn = pymupdf.Pixmap(str(pictures / f"2301.99101-page-{pages[0]}.png"))
    assert (drawn.width, drawn.height) == (plain.width, plain.height) and drawn.samples != plain.samples


@pytest.mark.parametrize("output", ["csv", "jsonl", "json", "markdown"])
def test_a_progress_bar_on_the_terminal_takes_nothing_of_the_output(
    home: Home, printed: Callable[[str], str], tmp_path: Path, output: str
) -> None:
    """Standard error is a terminal, standard output a file, as in `burden extract ... > cells.csv`."""
    master, terminal = pty.openpty()
    with (tmp_path / "out").open("wb") as file:
        process = home.popen("extract", "--tables", PAPER, "--format", output, stdout=file, stderr=terminal, text=False)
        os.close(terminal)
        with contextlib.suppress(OSError):  # so a terminal says that nobody writes to it any more
            while os.read(master, 65536):
                pass
        assert process.wait(timeout=120) == 0
    os.close(master)
    assert (tmp_path / "out").read_text(encoding="utf-8") == printed(output)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "csv"], "--format csv needs --tables"),
        (["--draw", "pictures", "--rules-alone"], "--rules-alone has no meaning with --draw"),
        (["--tables", "--candidates"], "--candidates has no meaning with --tables"),
        (["--tables", "--format", "xml"], "xml"),
    ],
)
def test_wrong_use_is_said_and_is_2(home: Home, arguments: list[str], words: str) -> None:
    ran = home.burden("extract", PAPER, *arguments)
    assert ran.returncode == 2
    assert words in ran.stderr and ran.stdout == ""


def test_a_paper_without_tables_and_a_broken_one(home: Home, samples_dir: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "Nothing but words.")
    document.save(empty)
    ran = home.burden("extract", "--tables", empty, samples_dir / "2305.99016.pdf", "--strict")
    assert ran.returncode == 1
    assert ran.stdout.strip() == "no tables found"
    assert "2305.99016.pdf: broken" in ran.stderr


def test_text_of_a_table_does_no_harm(home: Home, tmp_path: Path) -> None:
    """No formula in a spreadsheet, no markup in a page, no codes on a terminal."""
    hostile = tmp_path / "2412.99999.pdf"
    document = pymupdf.open()
    page = document.new_page(width=500, height=400)
    page.insert_text((60, 50), "Table 1: <script>alert(1)</script> | a caption.", fontsize=10)
    rows = [
        ("Model", "Score"),
        ("=HYPERLINK(1)", "1.5"),
        ("<img src=x>", "2.5"),
        ("a|b*c", "3.5"),
        ("@SUM(1)", "-4.5"),
        ("=1+1", "-"),
        ("-1+cmd", "+1.2%"),
    ]
    for y in (60, 78, 177):
        page.draw_line((60, y), (300, y))
    for number, (label, value) in enumerate(rows):
        page.insert_text((62, 72 + 16 * number), label, fontsize=9)
        page.insert_text((220, 72 + 16 * number), value, fontsize=9)
    document.save(hostile)
    cells = list(csv.DictReader(io.StringIO(home.burden("extract", "--tables", hostile, "--format", "csv").stdout)))
    assert {"'=HYPERLINK(1)", "'@SUM(1)", "-4.5", "'=1+1", "-", "'-1+cmd", "+1.2%"} <= {cell["text"] for cell in cells}
    assert all(not cell["row_path"].startswith(("=", "@")) for cell in cells)
    markdown = home.burden("extract", "--tables", hostile, "--format", "markdown").stdout
    assert "<script>" not in markdown and "<img" not in markdown
    assert r"| a\|b\*c | 3.5 |" in markdown
