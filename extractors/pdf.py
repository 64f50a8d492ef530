"""PDF bytes to ``Document``: what is drawn, word by word, in the order in which people read it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

import pymupdf

from extractors.layout import arrange
from extractors.normalise import CONTROL_CHARACTERS, plain_word, raised
from extractors.passages import passages_of
from extractors.raw_lines import RawLine, RawPage
from extractors.records import Box, Document, FailureCause, PaperError, Word
from extractors.rulings import RulingReader

pymupdf.TOOLS.unset_quad_corrections(True)
"""Boxes as the fonts say, wherever PyMuPDF's Markdown writer, which sets this too, is not loaded."""

MAX_PAGES = 800
"""Longer documents are proceedings or hostile; the longest of 100 real papers has under 100 pages."""

MAX_WORDS_PER_PAGE = 60_000

MAX_PARTS_PER_WORD = 200
"""In a word of more parts than these superscripts are not told apart: it is a drawing or hostile."""

_TEXT_FLAGS = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES & ~pymupdf.TEXT_PRESERVE_LIGATURES
LIBRARY_ERRORS = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)
"""What PyMuPDF raises on a damaged file."""
_OUT_OF_MEMORY = re.compile(r"\b(?:m|c|re)alloc\b.*failed")
_BOLD = pymupdf.TEXT_FONT_BOLD
_RAISED_BY = 0.15
"""A span whose baseline stands this share of the font size above the line's is a superscript."""
_LOWERED_BY = 0.08
_SMALLER_BY = 0.9
_DINGBATS = str.maketrans("\x13\x14\x17\x18", "✓✔✗✘")
"""Check marks and crosses of a font that comes without a Unicode map: their codes less 32."""
_TABLE_LABEL = re.compile(r"(?:\w+ )?tab(?:le|\.)", re.IGNORECASE)
_LONE_NUMBER = re.compile(r"[-+]?\d[\d.,%]*")
_MANY_NUMBERS = 10


_Piece = tuple[str, int, Any]
"""A part of a drawn word: text, 1 if it is raised or -1 if it is lowered, span."""


def read_pdf(data: bytes, *, max_pages: int = MAX_PAGES) -> Document:
    """Read ``data`` as a PDF.

    Raises ``PaperError`` with the cause where it is no PDF, broken, encrypted, empty, too large
    or without any text (a scan).
    """
    digest = hashlib.sha256(data).hexdigest()
    with open_pdf(data, max_pages) as pdf:
        pages: list[RawPage] = []
        rulings = RulingReader()
        for index in range(pdf.page_count):
            try:
                page = bare_page(pdf, index + 1)
                pages.append(_with_rulings(read_page(page, index + 1), page, pages, rulings))
            except LIBRARY_ERRORS as error:
                raise unreadable(f"page {index + 1} can't be read", error) from error
    arranged, stamp = arrange(pages)
    if not any(page.lines for page in arranged):
        raise PaperError(FailureCause.NO_TEXT, f"none of its {len(arranged)} pages holds text (a scan?)")
    return Document(sha256=digest, pages=arranged, passages=passages_of(arranged), stamp=stamp)


def open_pdf(data: bytes, max_pages: int = MAX_PAGES) -> Any:
    """The library's document, to be closed; ``PaperError`` as ``read_pdf`` raises it."""
    if not data:
        raise PaperError(FailureCause.EMPTY, "the file is empty")
    if b"%PDF-" not in data[:1024]:
        raise PaperError(FailureCause.NOT_A_PDF, f"does not begin like a PDF but with {data[:16]!r}")
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        pdf = pymupdf.open(stream=data, filetype="pdf")
        page_count = 0 if pdf.needs_pass else pdf.page_count
    except LIBRARY_ERRORS as error:
        raise unreadable("can't be opened", error) from error
    cause: PaperError | None = None
    if pdf.needs_pass:
        cause = PaperError(FailureCause.ENCRYPTED, "is encrypted and needs a password")
    elif page_count == 0 and pdf.is_repaired:
        cause = PaperError(FailureCause.BROKEN, "is damaged, and no page can be found in what is left")
    elif page_count == 0:
        cause = PaperError(FailureCause.EMPTY, "has no pages")
    elif page_count > max_pages:
        cause = PaperError(FailureCause.TOO_LARGE, f"has {page_count} pages; at most {max_pages} are read")
    if cause:
        pdf.close()
        raise cause
    return pdf


def unreadable(what: str, error: Exception) -> PaperError:
    """The library's complaint as a failure of the paper: out of memory, else broken."""
    said = error.what() if isinstance(error, pymupdf.mupdf.FzErrorBase) else str(error)
    cause = FailureCause.MEMORY if _OUT_OF_MEMORY.search(said) else FailureCause.BROKEN
    return PaperError(cause, f"{what}: {said}")


def bare_page(pdf: Any, number: int) -> Any:
    """The library's page, counted from 1, without what readers wrote on it: that is not the paper's."""
    pdf.xref_set_key(pdf.page_xref(number - 1), "Annots", "null")
    return pdf[number - 1]


def read_page(page: Any, number: int) -> RawPage:
    """The lines of one page, as they are drawn and not arranged yet."""
    text_page = page.get_textpage(flags=_TEXT_FLAGS)
    words_by_line: dict[tuple[int, int], list[Any]] = {}
    words = text_page.extractWORDS()
    if len(words) > MAX_WORDS_PER_PAGE:
        raise PaperError(
            FailureCause.TOO_LARGE, f"page {number} has {len(words)} words; at most {MAX_WORDS_PER_PAGE} are read"
        )
    for word in words:
        words_by_line.setdefault((word[5], word[6]), []).append(word)
    blocks = text_page.extractDICT()["blocks"]
    if page.rotation:
        _turn(blocks, words_by_line, page.rotation_matrix)
    lines = []
    for block in blocks:
        for index, line in enumerate(block["lines"]):
            spans = [span for span in line["spans"] if span["text"]]
            for span in spans:
                if "Dingbats" in span["font"]:
                    span["text"] = span["text"].translate(_DINGBATS)
            if not spans:
                continue
            drawn = words_by_line.get((block["number"], index), [])
            direction = (round(line["dir"][0]), round(line["dir"][1]))
            lined = tuple(_words_of(spans, drawn, 0 if direction[1] else 1))
            if lined:
                main = max(spans, key=lambda span: len(span["text"]))
                lines.append(
                    RawLine(
                        words=lined,
                        text=" ".join([word.text for word in lined]),
                        box=Box(*line["bbox"]),
                        block=block["number"],
                        size=main["size"],
                        bold=_is_bold(main),
                        direction=direction,
                    )
                )
    rect = page.rect
    return RawPage(number, rect.width, rect.height, lines)


def _with_rulings(read: RawPage, page: Any, before: list[RawPage], rulings: RulingReader) -> RawPage:
    """The page with its rulings, if a table may stand on it: it or the page before it says so, or has many numbers."""
    labelled = _has_table_label(read)
    numbers = sum(bool(_LONE_NUMBER.fullmatch(line.text)) for line in read.lines)
    if labelled or numbers >= _MANY_NUMBERS or (before and _has_table_label(before[-1])):
        return replace(read, rulings=rulings.read(page, labelled))
    return read


def _has_table_label(page: RawPage) -> bool:
    return any(_TABLE_LABEL.match(line.text) for line in page.lines)


def _turn(blocks: list[Any], words_by_line: dict[tuple[int, int], list[Any]], matrix: Any) -> None:
    """Put everything where a reader of the turned page sees it: the library tells places on the unturned one."""
    around = pymupdf.Matrix(matrix.a, matrix.b, matrix.c, matrix.d, 0, 0)
    for block in blocks:
        for line in block["lines"]:
            line["bbox"] = tuple(pymupdf.Rect(line["bbox"]) * matrix)
            line["dir"] = tuple(pymupdf.Point(line["dir"]) * around)
            for span in line["spans"]:
                span["bbox"] = tuple(pymupdf.Rect(span["bbox"]) * matrix)
                span["origin"] = tuple(pymupdf.Point(span["origin"]) * matrix)
    for words in words_by_line.values():
        words[:] = [(*(pymupdf.Rect(word[:4]) * matrix), *word[4:]) for word in words]


def _words_of(spans: list[Any], drawn: list[Any], across: int) -> Iterator[Word]:
    """The plain words of one line; boxes are those of the drawn words, superscripts told by their baseline.

    ``across``: the axis on which lines follow each other, 1 for y.
    """
    main = max(spans, key=_largest)
    highest = main["origin"][1] - _RAISED_BY * main["size"]
    lowest = main["origin"][1] + _LOWERED_BY * main["size"]
    bold = _is_bold(main)
    if all(highest <= span["origin"][1] <= lowest and _is_bold(span) == bold for span in spans):
        text = "".join([span["text"] for span in spans])
        tokens = (text if text.isprintable() else text.translate(CONTROL_CHARACTERS)).split()
        for token, box in zip(tokens, _boxes(len(tokens), drawn, spans), strict=True):
            plain = plain_word(token)
            if plain:
                yield Word(plain, box, main["size"], bold, main["origin"][across])
        return
    parts = _parted(spans, highest, lowest, _SMALLER_BY * main["size"])
    for part, box in zip(parts, _boxes(len(parts), drawn, spans), strict=True):
        plain = _joined(part)
        if plain:
            first = part[0][2]
            yield Word(plain, box, first["size"], _is_bold(first), first["origin"][across])


def _is_bold(span: Any) -> bool:
    """By the font's flag, or by a name such as NimbusRomNo9L-Medi, whose flag is not set."""
    return bool(span["flags"] & _BOLD) or "Bold" in span["font"] or "Medi" in span["font"]


def _largest(span: Any) -> tuple[float, int]:
    return span["size"], len(span["text"])


def _parted(spans: list[Any], highest: float, lowest: float, smaller: float) -> list[list[_Piece]]:
    """The drawn words of a line, and of what parts each is made."""
    parts: list[list[_Piece]] = []
    glued = False
    for span in spans:
        text = span["text"].translate(CONTROL_CHARACTERS)
        small = span["size"] < smaller
        level = (small and span["origin"][1] < highest) - (small and span["origin"][1] > lowest)
        for position, piece in enumerate(text.split()):
            if position == 0 and glued and parts and not text[0].isspace():
                parts[-1].append((piece, level, span))
            else:
                parts.append([(piece, level, span)])
        glued = not text[-1].isspace()
    return parts


def _joined(parts: list[_Piece]) -> str:
    """The parts of one drawn word; neighbouring superscripts are one: 10, "-", "9" -> 10^-9.

    A lowered digit is no further digit of the number before it: 101, "2" -> 101_2; "AP", "50" -> AP50.
    """
    if len(parts) > MAX_PARTS_PER_WORD:
        return plain_word("".join([piece for piece, _, _ in parts]))
    text = ""
    for level, group in groupby(parts, key=lambda part: part[1]):
        together = "".join(piece for piece, _, _ in group)
        if level > 0:
            text = raised(plain_word(text), together)
        else:
            text += ("_" if level < 0 and text[-1:].isdigit() and together[0].isdigit() else "") + together
    return plain_word(text)


def _boxes(words: int, drawn: list[Any], spans: list[Any]) -> list[Box]:
    """A box for each of so many words: its drawn word's, or the whole line's where the two do not agree."""
    if words == len(drawn):
        return [Box(*word[:4]) for word in drawn]
    around = Box.around(Box(*span["bbox"]) for span in spans)
    return [around] * words
