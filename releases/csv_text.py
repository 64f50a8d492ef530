"""Lines of CSV, the same bytes for the same cells whatever Python writes them: its own module's quoting has changed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')


def csv_line(cells: Iterable[str]) -> str:
    """One line of a table.

    ["a", "b,c"] -> 'a,"b,c"'        ['5" disk'] -> '"5"" disk"'        a carriage return alone is quoted, too
    """
    return ",".join('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells) + "\n"
