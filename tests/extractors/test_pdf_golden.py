"""The sample papers as the reader sees them, and what is hard in each, said outright.

``pytest tests/extractors --regenerate-golden`` rewrites the golden files; compare them with the page before committing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from extractors.pdf import read_pdf
from extractors.records import Document, FailureCause, PaperError, Passage, Role

GOLDEN = Path(__file__).parent / "golden"
PAPERS = sorted(path.stem for path in (Path(__file__).parents[2] / "samples" / "papers").glob("*.pdf"))
BROKEN = "2305.99016"

Sample = Callable[[str], Document]


def golden_text(document: Document) -> str:
    """One passage a line: pages, role, section and text, long ones cut in the middle; then the furniture."""
    lines = [f"stamp: {document.stamp}"]
    for passage in document.passages:
        pages = sorted({page for _, _, page, _ in passage.pieces})
        where = "-".join(str(page) for page in (pages[0], pages[-1])) if len(pages) > 1 else str(pages[0])
        section = "" if passage.role in (Role.HEADING, Role.TITLE) else f" [{passage.section}]"
        lines.append(f"p{where} {passage.role.value}{section} {_abridged(passage.text)}")
    for page in document.pages:
        furniture = [line.text for line in page.lines if line.role is Role.FURNITURE]
        lines.append(f"furniture of p{page.number}: " + " | ".join(furniture))
    return "\n".join(lines) + "\n"


def _abridged(text: str) -> str:
    if len(text) <= 240:
        return text
    return f"{text[:130]} […{len(text) - 210}…] {text[-80:]}"


@pytest.mark.parametrize("arxiv_id", [paper for paper in PAPERS if paper != BROKEN])
def test_reads_as_it_did(arxiv_id: str, sample: Sample, regenerate_golden: bool) -> None:
    golden = GOLDEN / f"{arxiv_id}.txt"
    read = golden_text(sample(arxiv_id))
    if regenerate_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(read, encoding="utf-8")
    assert read == golden.read_text(encoding="utf-8")


def test_no_golden_file_is_orphaned() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(PAPERS) - {BROKEN}


def test_a_paper_that_broke_off_is_broken_and_not_empty(samples_dir: Path) -> None:
    with pytest.raises(PaperError) as failure:
        read_pdf((samples_dir / f"{BROKEN}.pdf").read_bytes())
    assert failure.value.cause is FailureCause.BROKEN


def passage_with(document: Document, words: str) -> Passage:
    """The one passage that holds ``words``."""
    (passage,) = [passage for passage in document.passages if words in passage.text]
    return passage


def pages_of(passage: Passage, words: str) -> set[int]:
    start = passage.text.index(words)
    return {page for page, _ in passage.boxes(start, start + len(words))}


BODY_SENTENCES = [
    ("1606.99014", "parallelized over the four NVIDIA Titan X graphics accelerators of one workstation", {1}),
    ("1906.99007", "the final training takes 10-14 days on 4 GTX 1080 Ti GPUs", {1}),
    ("1906.99007", "For Tiles-10 it takes 27hrs 40mins on one of them.", {1}),
    (
        "1912.99001",
        "By this count the base model took 3.1 × 10^18 FLOPs and the big model took 2.2 × 10^19 FLOPs.",
        {2},
    ),
    ("1912.99001", "β1 = 0.9, β2 = 0.98 and ε = 10^-9", {2}),
    (
        "2011.99002",
        "with 32 GB of memory each, with two images per GPU. Training the 50-layer model takes 45 hours",
        {2},
    ),
    (
        "2011.99002",
        "training the 101-layer model takes 63 hours; greedy baselines take 41 and 58 hours on the same",
        {2},
    ),
    ("2105.99003", "The larger encoder was pretrained on a TPUv3-256 pod slice for 2.5 days", {1}),
    ("2105.99003", "The smaller encoder was pretrained on 32 TPU v3 cores for 90 hours.", {1}),
    ("2203.99005", "was trained on 8 × A100-80GB for 26 hours.", {3}),
    ("2304.99011", "We pretrained the Ear on 64 Zephyr Q9 accelerators for 19 days", {1, 2}),
    ("2309.99013", "We fine-tuned the encoder on one NVIDIA H100 PCIe card for 6 hours", {1}),
    ("2401.99015", "In terms of arithmetic this is 2.8 × 10^23 FLOPs", {2}),
]


@pytest.mark.parametrize(("arxiv_id", "words", "pages"), BODY_SENTENCES)
def test_sentence_is_whole(arxiv_id: str, words: str, pages: set[int], sample: Sample) -> None:
    """Over line ends, hyphens, columns and pages."""
    passage = passage_with(sample(arxiv_id), words)
    assert passage.role is Role.BODY
    assert pages_of(passage, words) == pages


def test_statement_crosses_from_one_column_to_the_next(sample: Sample) -> None:
    passage = passage_with(sample("2011.99002"), "training the 101-layer model takes 63 hours")
    start = passage.text.index("training the 101-layer")
    boxes = [box for _, box in passage.boxes(start, start + len("training the 101-layer model takes 63 hours"))]
    assert boxes[0].x1 < 306 < boxes[-1].x0
    assert boxes[0].y0 > 600 > boxes[-1].y1


def test_hardware_in_a_footnote(sample: Sample) -> None:
    passage = passage_with(sample("1707.99006"), "single NVIDIA GeForce GTX 1080; the whole experiment took 14 hours")
    assert passage.role is Role.FOOTNOTE


def test_hardware_in_a_caption(sample: Sample) -> None:
    passage = passage_with(sample("1906.99007"), "ran for 24 hours on 4 Tesla V100 GPUs; the search without it")
    assert passage.role is Role.CAPTION


def test_hardware_in_an_appendix_behind_the_references(sample: Sample) -> None:
    passage = passage_with(sample("2203.99005"), "Tidal-1.3B was trained on 32 nodes with 8 GPUs each.")
    assert (passage.role, passage.section) == (Role.BODY, "A Hardware and software")


def test_cost_table_rows(sample: Sample) -> None:
    rows = [passage.text for passage in sample("1803.99004").passages if passage.role is Role.TABLE]
    assert "Model GPU Number of GPUs Epochs Time (hours)" in rows
    assert "Hedge-L, Kitchen-1k Tesla P100 4 90 66" in rows


def test_table_on_a_turned_page(sample: Sample) -> None:
    document = sample("2210.99012")
    row = passage_with(document, "Field-XL spectral 860M 24 1792 A100 80GB 64 70 96 290 0.97")
    page = document.pages[1]
    assert (page.width, page.height) == (792.0, 612.0)
    tops = [box.y0 for _, box in row.boxes(0, len(row.text))]
    assert max(tops) - min(tops) < 3, "the words of the row stand beside each other"


@pytest.mark.parametrize("arxiv_id", [paper for paper in PAPERS if paper not in (BROKEN, "2309.99013")])
def test_running_heads_and_page_numbers_are_furniture(arxiv_id: str, sample: Sample) -> None:
    document = sample(arxiv_id)
    for page in document.pages:
        furniture = {line.text for line in page.lines if line.role is Role.FURNITURE}
        assert str(page.number) in furniture
    heads = (
        "Petrakis and Vale",
        "Sato et al.",
        "M. Abara and P. Lindqvist",
        "Fourth Workshop on Frugal",
        "arXiv:" + arxiv_id,
    )
    read = [passage for passage in document.passages if passage.role is not Role.REFERENCE]
    assert [passage.text for passage in read if passage.text.startswith(heads)] == []


def test_running_head_of_a_single_page(sample: Sample) -> None:
    """It stands beside the page number and nowhere else."""
    assert "Brandt, Affleck and Ruffolo" not in sample("1906.99007").text


@pytest.mark.parametrize(("arxiv_id", "first", "last"), [("2105.99003", 1, 111), ("2203.99005", 0, 323)])
def test_line_numbers_of_a_review_copy_are_furniture(arxiv_id: str, first: int, last: int, sample: Sample) -> None:
    numbers = {
        int(line.text)
        for page in sample(arxiv_id).pages
        for line in page.lines
        if line.role is Role.FURNITURE and line.text.isdigit()
    }
    assert set(range(first, last + 1)) <= numbers


def test_line_numbers_do_not_part_a_heading_from_its_number(sample: Sample) -> None:
    headings = [passage.text for passage in sample("2203.99005").passages if passage.role is Role.HEADING]
    assert headings[:3] == ["Abstract", "1 Introduction", "2 Tidal attention"]


@pytest.mark.parametrize("arxiv_id", [paper for paper in PAPERS if paper != BROKEN])
def test_references_are_marked(arxiv_id: str, sample: Sample) -> None:
    """Their list is told apart, in whatever column it ends, and holds nothing else."""
    document = sample(arxiv_id)
    listed = " ".join(passage.text for passage in document.passages if passage.role is Role.REFERENCE)
    outside = " ".join(passage.text for passage in document.passages if passage.role is not Role.REFERENCE)
    assert "pages" in listed or "Journal" in listed
    for venue in ("Journal of Empirical Learning", "In Advances in", "In Northern Vision", "Annals of Numerical"):
        assert venue not in outside


def test_reference_list_that_ends_in_another_column(sample: Sample) -> None:
    """A lone entry at the top of the right column is read after the left column, not beside its first lines."""
    assert passage_with(sample("2106.99008"), "pipelined training on a TPU v3 pod").role is Role.REFERENCE
    assert sample("1606.99014").passages[-1].text.endswith("pages 877-886, 2016.")


def test_three_columns(sample: Sample) -> None:
    headings = [passage.text for passage in sample("2309.99013").passages if passage.role is Role.HEADING]
    expected = ["Motivation", "Data", "Model", "Training", "Results", "Outlook", "Acknowledgement", "References"]
    assert [heading for heading in headings if heading in expected] == expected


def test_authors_side_by_side_do_not_cut_into_the_columns(sample: Sample) -> None:
    passage = passage_with(sample("1606.99014"), "picks the window gt that maximises")
    assert "Northern Technical School" not in passage.text
    assert passage.section == "2 Approach"


def test_labels_of_a_drawing_do_not_run_into_the_text(sample: Sample) -> None:
    passage = passage_with(sample("2011.99002"), "Images are resized so that their shorter side has 800 pixels")
    assert "negotiating greedy" not in passage.text


def test_accents_and_foreign_letters(sample: Sample) -> None:
    authors = passage_with(sample("2304.99011"), "Hildur").text
    assert all(name in authors for name in ("Gunnarsdóttir", "Müller", "Błaszczyk", "Lefèvre-Ñíguez", "文晓雨"))
    assert "Lukáš Teplitz" in sample("1606.99014").text
    assert "Clémence Moreau" in sample("1707.99006").text


def test_ligatures_are_letters(sample: Sample) -> None:
    text = sample("1906.99007").text
    assert "Effortless Cells: An Efficient Search for Efficient Networks" in text
    assert not any("\ufb00" <= character <= "\ufb06" for character in text)


def test_daggers_stand_apart_from_numbers(sample: Sample) -> None:
    assert passage_with(sample("1912.99001"), "Dense, same size").text.startswith("Dense, same size 28.7 ^† 41.2")


@pytest.mark.parametrize("arxiv_id", [paper for paper in PAPERS if paper != BROKEN])
def test_every_word_leads_back_to_its_place(arxiv_id: str, sample: Sample) -> None:
    document = sample(arxiv_id)
    sizes = {page.number: (page.width, page.height) for page in document.pages}
    for passage in document.passages:
        assert document.text[passage.start : passage.start + len(passage.text)] == passage.text
        end_before = 0
        for start, end, page, box in passage.pieces:
            assert end_before <= start < end <= len(passage.text)
            assert not passage.text[end_before:start].strip(), "no text without a place"
            end_before = end
            width, height = sizes[page]
            assert -1 <= box.x0 <= box.x1 <= width + 1
            assert -1 <= box.y0 <= box.y1 <= height + 1
        assert end_before == len(passage.text)
