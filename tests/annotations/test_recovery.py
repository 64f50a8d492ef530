"""Words that records lead to, also after the reader of PDFs has changed, and what is not found."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from annotations.places import Place
from annotations.recovery import recover, recover_from_folder
from annotations.standoff import (
    RoleLabel,
    load_gold_results,
    load_gold_runs,
    load_roles,
)
from db.fields import letters_of
from extractors.records import Box, Document


def label(place: Place, kind: str = "sentence") -> RoleLabel:
    return RoleLabel("1606.99014", None, 1, kind, "own", False, "first", place)


def moved(document: Document, at: int) -> Document:
    """As a reader would give it that finds more text before passage ``at``: all offsets after it are others."""
    first = document.passages[0]
    passages, start = [], 0
    for passage in (*document.passages[:at], first, first, *document.passages[at:]):
        passages.append(replace(passage, start=start))
        start += len(passage.text) + 2
    return replace(document, passages=tuple(passages))


def test_words_are_found_again_after_the_reader_has_changed(invented: Path, read) -> None:
    facts = [fact for fact in load_gold_runs(invented / "made" / "runs.jsonl") if fact.paper == "1606.99014"]
    document, tables = read("1606.99014")
    before, after = recover(document, tables, facts), recover(moved(document, 1), tables, facts)
    assert after.not_found == ()
    assert [letters_of(one.text) for one in after.texts] == [letters_of(one.text) for one in before.texts]
    for one, other in zip(before.texts, after.texts, strict=True):
        assert other.place.start is not None and one.place.start is not None
        assert other.place.start > one.place.start
        assert moved(document, 1).text[other.place.start : other.place.end] == other.text


def test_other_words_are_not_taken_for_them(invented: Path, read) -> None:
    facts = [fact for fact in load_gold_runs(invented / "made" / "runs.jsonl") if fact.paper == "1606.99014"]
    document, tables = read("1707.99006")
    recovery = recover(document, tables, facts)
    assert recovery.texts == ()
    assert recovery.not_found == tuple(facts)


def test_of_two_same_sentences_the_box_tells_which(read) -> None:
    document, tables = read("1606.99014")
    original = next(passage for passage in document.passages if len(passage.text) > 200 and passage.page == 1)
    lower = tuple(
        (start, end, page, Box(box.x0, box.y0 + 500, box.x1, box.y1 + 500)) for start, end, page, box in original.pieces
    )
    copy = replace(original, start=len(document.text) + 2, pieces=lower)
    twice = replace(document, passages=(*document.passages, copy))
    for passage in (original, copy):
        box = Box.around(box for _, _, page, box in passage.pieces if page == 1)
        place = Place.of(original.text, 1, box, 1, 5)
        [found] = recover(twice, tables, [label(place)]).texts
        assert found.place.start == passage.start


def test_a_cell_is_found_where_its_box_is_and_nowhere_else(read) -> None:
    document, tables = read("1803.99004")
    cells = [cell for table in tables for cell in table.cells]
    text = next(cell.text for cell in cells if sum(other.text == cell.text for other in cells) > 1)
    for cell in (cell for cell in cells if cell.text == text):
        place = Place.of(cell.text, cell.page, replace(cell.box, x1=cell.box.x1 + 1))
        [found] = recover(document, tables, [label(place, "cell")]).texts
        assert (found.text, found.place.box) == (text, cell.box)
    away = Place.of(text, cells[0].page, Box(0, 0, 1, 1))
    assert len(recover(document, tables, [label(away, "cell")]).not_found) == 1


def test_papers_without_a_pdf_are_counted(invented: Path, samples_dir: Path, tmp_path: Path) -> None:
    facts = load_gold_runs(invented / "made" / "runs.jsonl")
    shutil.copy(samples_dir / "1707.99006.pdf", tmp_path)
    (tmp_path / "1606.99014.pdf").write_bytes(b"no PDF")
    recovery = recover_from_folder(tmp_path, facts)
    assert recovery.missing_papers == ("1803.99004", "2106.99008")
    assert recovery.unreadable_papers == ("1606.99014",)
    assert {text.record.paper for text in recovery.texts} == {"1707.99006"}


def test_the_version_read_is_preferred(invented: Path, samples_dir: Path, tmp_path: Path) -> None:
    facts = [fact for fact in load_gold_runs(invented / "made" / "runs.jsonl") if fact.paper == "1707.99006"]
    (tmp_path / "1707.99006.pdf").write_bytes(b"another version")
    shutil.copy(samples_dir / "1707.99006.pdf", tmp_path / "1707.99006v3.pdf")
    assert recover_from_folder(tmp_path, [replace(fact, version=3) for fact in facts]).not_found == ()
    assert recover_from_folder(tmp_path, [replace(fact, version=2) for fact in facts]).unreadable_papers


def test_bundled_records_lead_to_words_of_real_papers(shared_dir: Path) -> None:
    papers = ("1409.0473", "1512.03385", "1706.03762", "2104.14294")
    facts = [*load_gold_runs(), *load_gold_results(), *load_roles()]
    recovery = recover_from_folder(shared_dir / "corpus", [fact for fact in facts if fact.paper in papers])
    assert len(recovery.texts) > 100
    assert recovery.not_found == ()
    assert recovery.missing_papers == ()
