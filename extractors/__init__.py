"""PDF bytes to typed records; nothing here knows of network, database or clock."""

import sys
from types import ModuleType


def _leave_out_what_is_never_used() -> None:
    """Keep PyMuPDF from loading its layout model and Markdown writer, and spaCy its command line.

    Both load them by themselves where they are installed. Without them a reader starts in three fifths of the time and
    takes 80 MB less. PyMuPDF does without what cannot be imported; spaCy wants a name of its command line.
    """
    for name in ("pymupdf.layout", "pymupdf4llm"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: an import of it fails
    if "spacy" not in sys.modules:
        command_line, information = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
        information.info = None  # type: ignore[attr-defined]
        sys.modules |= {"spacy.cli": command_line, "spacy.cli.info": information}


_leave_out_what_is_never_used()
