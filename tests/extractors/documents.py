"""Documents made of plain paragraphs, for tests of what is found in text."""

from extractors.passages import SEPARATOR
from extractors.records import Box, Document, Passage, Role


def document_of(*paragraphs: str | tuple[str, str] | tuple[str, str, Role]) -> Document:
    """A one-page document; each paragraph is its text, or ``(section, text)``, or ``(section, text, role)``.

    Every word has a box of its own: ten points wide, a line to each paragraph.
    """
    passages = []
    start = 0
    for line, paragraph in enumerate(paragraphs):
        section, text, role = ("", paragraph, Role.BODY) if isinstance(paragraph, str) else (*paragraph, Role.BODY)[:3]
        pieces = []
        offset = 0
        for number, word in enumerate(text.split(" ")):
            box = Box(10.0 * number, 20.0 * line, 10.0 * number + 9, 20.0 * line + 10)
            pieces.append((offset, offset + len(word), 1, box))
            offset += len(word) + 1
        passages.append(Passage(text, start, Role(role), section or None, 1, tuple(pieces)))
        start += len(text) + len(SEPARATOR)
    return Document(sha256="0" * 64, pages=(), passages=tuple(passages))
