"""arXiv ids, in all the ways in which people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.sources.identifiers import BadArxivIdError, arxiv_id_of_file, parse_arxiv_id, read_ids_file


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1706.03762", ("1706.03762", None)),
        (" 1706.03762v5\n", ("1706.03762", 5)),
        ("1412.6980", ("1412.6980", None)),
        ("0704.0001v12", ("0704.0001", 12)),
        ("cs/0112017", ("cs/0112017", None)),
        ("math.GT/0309136v1", ("math/0309136", 1)),
        ("cond-mat/9901001", ("cond-mat/9901001", None)),
        ("arXiv:1706.03762v5", ("1706.03762", 5)),
        ("https://arxiv.org/abs/1706.03762", ("1706.03762", None)),
        ("http://export.arxiv.org/pdf/1706.03762v2.pdf", ("1706.03762", 2)),
    ],
)
def test_ids(written: str, expected: tuple[str, int | None]) -> None:
    assert parse_arxiv_id(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "attention",
        "1706.0376",  # four digits after 2014
        "1412.69800",  # five before 2015
        "1713.03762",  # no month 13
        "0612.0001",  # before April 2007
        "1706.03762v0",
        "1706.03762; rm -rf",
        "../../1706.03762",
        "foo/0112017",
        "١٧٠٦.٠٣٧٦٢",  # digits, but not arXiv's
    ],
)
def test_what_is_no_id_is_refused(written: str) -> None:
    with pytest.raises(BadArxivIdError, match="not an arXiv id"):
        parse_arxiv_id(written)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("1706.03762", ("1706.03762", None)),
        ("1706.03762v5", ("1706.03762", 5)),
        ("arXiv-1706.03762v5", ("1706.03762", 5)),
        ("cs_0112017", ("cs/0112017", None)),
        ("cs0112017v2", ("cs/0112017", 2)),
        ("astro-ph0001001", ("astro-ph/0001001", None)),
        ("hep-th-9901001", ("hep-th/9901001", None)),
        ("2024.12345", (None, None)),
        ("report0112017", (None, None)),
        ("my paper", (None, None)),
        ("", (None, None)),
    ],
)
def test_ids_in_file_names(stem: str, expected: tuple[str | None, int | None]) -> None:
    assert arxiv_id_of_file(stem) == expected


def test_an_ids_file_passes_over_comments_and_blank_lines(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes("\ufeff# transformers\r\n1706.03762v5\r\n\r\n  cs/0112017  # an old one\r\n".encode())
    assert read_ids_file(file) == ["1706.03762v5", "cs/0112017"]


def test_an_ids_file_names_each_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("1706.03762\nattention\n\n1706.1\n", encoding="utf-8")
    with pytest.raises(BadArxivIdError) as caught:
        read_ids_file(file)
    assert f"{file}:2: not an arXiv id: 'attention'" in str(caught.value)
    assert f"{file}:4: not an arXiv id: '1706.1'" in str(caught.value)


def test_a_pdf_given_as_ids_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-1.5\n\xd0\xd4\xc5\xd8\n")
    with pytest.raises(BadArxivIdError, match="not a text file of arXiv ids"):
        read_ids_file(file)
