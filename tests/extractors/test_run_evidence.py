"""Evidence covers the words that a run rests on, and no others, wherever they stand."""

from documents import document_of, page_of
from readings import accepted, read_in_tables, words_under

from extractors.records import Box, Document, Passage, Role
from extractors.tables import find_tables

SETUP = "4.1 Implementation details"


def test_a_box_is_around_the_count_with_its_name_and_one_around_the_time() -> None:
    document = document_of((SETUP, "We were lucky. We trained our big model on 8 V100 GPUs for exactly 2 days or so."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["2 days", "8 V100 GPUs"]


def test_hardware_of_another_sentence_is_among_the_boxes_but_not_in_the_box_or_the_quote() -> None:
    document = document_of((SETUP, "All networks were trained on 4 Tesla K40 GPUs. Training took about a week."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["4 Tesla K40 GPUs.", "a week."]
    assert run.evidence.quote == "Training took about a week."
    assert run.evidence.box == Box(120.0, 0.0, 139.0, 10.0)


def test_hardware_of_another_paragraph_is_among_the_boxes() -> None:
    document = document_of((SETUP, "All networks were trained on 4 Tesla K40 GPUs."), (SETUP, "Training took 8 days."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["4 Tesla K40 GPUs.", "8 days."]


def test_a_duration_and_a_device_time_have_a_box_each() -> None:
    document = document_of((SETUP, "We trained on 512 H100 GPUs for 31 days, that is 380,000 GPU hours."))
    (run,) = accepted(document)
    assert sorted(words_under(document, run)) == ["31 days,", "380,000 GPU hours.", "512 H100 GPUs"]


def test_words_over_two_lines_and_two_pages_have_a_box_on_each() -> None:
    """A box is no wider than its line, and the page is that on which the first of the words stands."""
    places = [(1, 360.0, 700.0), (1, 400.0, 700.0), (1, 440.0, 700.0), (1, 480.0, 700.0), (2, 60.0, 80.0)]
    places.append((2, 100.0, 80.0))
    words = ["We", "trained", "on", "8", "V100", "GPUs."]
    text, pieces = "", []
    for word, (page, left, top) in zip(words, places, strict=True):
        pieces.append((len(text), len(text) + len(word), page, Box(left, top, left + 35, top + 10)))
        text += word + " "
    passage = Passage(text.rstrip(), 0, Role.BODY, SETUP, 1, tuple(pieces))
    (run,) = accepted(Document("0" * 64, (), (passage,)))
    assert run.evidence.page == 1
    assert run.evidence.box == Box(480.0, 700.0, 515.0, 710.0)
    assert run.evidence.boxes == ((1, Box(480.0, 700.0, 515.0, 710.0)), (2, Box(60.0, 80.0, 135.0, 90.0)))


ROWS = [
    ["Model", "#GPUs", "Hardware", "Training time (h)"],
    ["Alder", "8", "V100", "12.5"],
    ["Birch", "16", "A100", "30"],
]


def test_in_a_table_the_cells_of_the_time_and_of_its_hardware_are_boxed() -> None:
    document = page_of(ROWS)
    (table,) = find_tables(document)
    cells = {(cell.row, cell.text): cell.box for cell in table.cells}
    run = read_in_tables(document)[1]
    assert run.evidence.quote == "Birch | Training time (h) | 30"
    assert (run.evidence.page, run.evidence.box) == (1, cells[2, "30"])
    assert sorted(words_under(document, run)) == ["16", "30", "A100"]
    assert {box for _, box in run.evidence.boxes} == {cells[2, text] for text in ("16", "30", "A100")}


def test_hardware_that_only_the_caption_names_boxes_its_words_there() -> None:
    caption = "Table 1: Costs of training on 8 RTX 2080 Ti cards."
    document = page_of([["Model", "Top-1", "Time (h)"], ["Alder", "71.2", "12.5"]], caption=caption)
    (run,) = read_in_tables(document)
    assert sorted(words_under(document, run)) == ["12.5", "8 RTX 2080 Ti cards."]


def test_hardware_that_only_the_text_names_boxes_its_words() -> None:
    document = page_of(
        [["Model", "Top-1", "Training time (h)"], ["Alder", "71.2", "12.5"]],
        (SETUP, "All models were trained on 8 V100 GPUs."),
    )
    (run,) = read_in_tables(document)
    assert sorted(words_under(document, run)) == ["12.5", "8 V100 GPUs."]


def test_offsets_lead_to_the_line_of_the_table_in_the_text() -> None:
    """So that a review stays with its row when the paper is read again."""
    document = page_of(ROWS, (SETUP, "Alder came first and Birch after it."))
    spots = [document.text[run.evidence.start : run.evidence.end] for run in read_in_tables(document)]
    assert spots == ["12.5", "30"]
