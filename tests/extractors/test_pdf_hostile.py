"""Whatever arrives as a PDF is read or fails with its cause, and never in another way."""

from __future__ import annotations

import json

import hostile_pdfs
import pytest
from hostile_pdfs import CASES, SENTENCE, HostilePdf

from extractors.pdf import read_pdf
from extractors.records import Document, FailureCause, PaperError

IN_PROCESS = [case for case in CASES if not case.needs_limits]


def outcome(case: HostilePdf) -> FailureCause | None:
    try:
        read_pdf(case.make())
    except PaperError as error:
        assert error.message, "a failure says what was wrong"
        return error.cause
    return None


@pytest.mark.parametrize("case", IN_PROCESS, ids=lambda case: case.name)
def test_ends_as_it_has_to(case: HostilePdf) -> None:
    assert outcome(case) == case.outcome


SENTENCE_SURVIVES = [
    "garbage_before_its_header",
    "offsets_all_wrong",
    "encrypted_with_empty_user_password",
    "page_that_is_its_own_parent",
    "form_that_draws_itself",
    "inverted_page_box",
    "negative_page_box",
    "text_off_the_page",
    "not_a_number_in_a_matrix",
    "lone_surrogates_in_text",
    "rotated_page",
]


@pytest.mark.parametrize("name", SENTENCE_SURVIVES)
def test_what_can_be_read_is_read(name: str) -> None:
    document = read_pdf(getattr(hostile_pdfs, name)())
    assert SENTENCE in document.text


def test_text_off_the_page_is_not_read() -> None:
    assert "9999" not in read_pdf(hostile_pdfs.text_off_the_page()).text


@pytest.mark.parametrize(
    "characters",
    [
        "V\x00\x01\x07\x1b[\x9f\x7f\x0b1",
        "a\ud800b\udfffc",
        "8\u202e001V\u202c\u2066x\u2069",
        "\ue000\uf8ff\ufffe\uffffz",
    ],
    ids=["control characters", "lone surrogates", "direction overrides", "private use"],
)
def test_no_text_that_a_file_or_a_terminal_chokes_on(characters: str) -> None:
    text = readable(read_pdf(hostile_pdfs.text_that_maps_to(characters)))
    assert not {character for character in text if character < " " and character != "\n"}
    assert not {character for character in text if "\x7f" <= character <= "\x9f" or "\u202a" <= character <= "\u202e"}
    assert not {character for character in text if "\u2066" <= character <= "\u2069"}


def readable(document: Document) -> str:
    """All text of ``document``, after a round through UTF-8 and JSON, which refuse half characters."""
    text = document.text
    assert json.loads(json.dumps(text).encode().decode()) == text
    return text.encode("utf-8").decode("utf-8")
