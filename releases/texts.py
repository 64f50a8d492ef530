"""What a release tells people: how to read it, whose it is, how to cite it, and what each column means."""

from __future__ import annotations

from releases.contents import ABOUT, MAKER, TITLE, Contents
from releases.csv_text import csv_line
from releases.licences import OWN, Terms

_CREDIT_OF_STUDY = "Thompson, Greenewald, Lee and Manso, The Computational Limits of Deep Learning, arXiv:2007.05558"


def bibtex(contents: Contents) -> str:
    lines = [
        f"@misc{{burden-{contents.name},",
        f"  title = {{{TITLE}}},",
        f"  author = {{{{{MAKER}}}}},",
        f"  year = {{{contents.day.year}}},",
        f"  note = {{Release {contents.name}}},",
    ]
    lines += [f"  url = {{{contents.address}}},"] if contents.site_url else []
    return "\n".join([*lines, "}"])


def citation_file(contents: Contents) -> str:
    """``CITATION.cff``, version 1.2.0 of the Citation File Format."""
    lines = [
        "cff-version: 1.2.0",
        "type: dataset",
        f'title: "{TITLE}"',
        "message: If you use these data, please cite the release that you used.",
        "authors:",
        f'  - name: "{MAKER}"',
        f'version: "{contents.name}"',
        f"date-released: {contents.day.isoformat()}",
    ]
    lines += [f'url: "{contents.address}"'] if contents.site_url else []
    lines.append(f"license: {contents.terms[OWN].licence}")
    lines += [
        "references:",
        "  - type: article",
        "    title: The Computational Limits of Deep Learning",
        "    authors:",
        *(f"      - family-names: {family}\n        given-names: {given}" for family, given in _STUDY),
        "    year: 2020",
        '    url: "https://arxiv.org/abs/2007.05558"',
    ]
    return "\n".join(lines) + "\n"


_STUDY = (("Thompson", "Neil C."), ("Greenewald", "Kristjan"), ("Lee", "Keeheon"), ("Manso", "Gabriel F."))


def licence_file(contents: Contents) -> str:
    """``LICENSE.md``: whose the rows are, by the column ``attribution``, on which terms, and whom to credit."""
    released = [line for line in contents.terms.values() if line.rows_released]
    lines = [
        f"# Whose these data are: release {contents.name}",
        "",
        "Every row of every table has a column `attribution`, under whose licence it is passed on:",
        "",
        "| attribution | what | licence | credit |",
        "|---|---|---|---|",
        *(_licence_row(line) for line in released),
        "",
        "Column `title` of every table is arXiv's metadata (CC0-1.0) where the row has an arXiv id.",
        "",
        "Words of papers (columns `evidence`, `result_evidence`) are quotations of at most 500 characters, and stay",
        "under the licence of their paper (`license_url` in the table `papers`). They are here only where that is",
        "CC BY, CC BY-SA or CC0; elsewhere the page and place are told, and the paper is on arxiv.org under its id.",
        "",
        "The program is free software of its own licence, AGPL-3.0-or-later.",
    ]
    if contents.left_behind:
        lines += ["", "## What stayed behind", ""]
        lines += [_left_behind(name, count, contents) for name, count in sorted(contents.left_behind.items())]
        lines += [
            "",
            "The table `imports` has the files' names and digests: `burden import` reads the same rows from them.",
        ]
    return "\n".join(lines) + "\n"


def _licence_row(line: Terms) -> str:
    licence = f"[{line.licence}]({line.licence_url})" if line.licence_url else line.licence
    return f"| `{line.attribution}` | {line.title} | {licence} | {line.credit} |"


def _left_behind(source: str, count: int, contents: Contents) -> str:
    known = contents.terms.get(source)
    why = "its licence allows it no further" if known and known.licence_url else "no licence is stated for it"
    whose = f" ({known.credit})" if known else ""
    return f"- {count:,} rows of `{source}`{whose}: {why}."


def read_me(contents: Contents) -> str:
    """``README.md``: what is where, and how to read it."""
    lines = [
        f"# {TITLE}",
        "",
        f"Release {contents.name}. {ABOUT}",
        "",
        f"The method is that of {_CREDIT_OF_STUDY}.",
        "",
        "| table | rows | what |",
        "|---|---|---|",
        *(f"| `{table.name}` | {contents.row_count(table.name):,} | {table.title} |" for table in contents.tables),
        "",
        "Each table is `data/<table>.csv` and `data/<table>.parquet`, the same rows in the same order. Unknown is an",
        "empty cell or null, never 0. Times are UTC, places on pages PDF points from the upper left corner. In CSV,",
        "lists are JSON, and text that a spreadsheet would take for a formula has an apostrophe before it.",
        "",
        "- `data-dictionary.csv`: every column: type, unit, meaning",
        "- `datapackage.json`: a Data Package (datapackage.org); `croissant.json`: Croissant 1.1 (mlcommons.org)",
        "- `LICENSE.md`: licence and credit by source; `CITATION.cff`: how to cite",
        "- `SHA256SUMS`: `sha256sum -c SHA256SUMS` tells whether all files came whole",
        "",
        "```python",
        "import pandas",
        "",
        'runs = pandas.read_parquet("data/training_runs.parquet")',
        'runs = runs[runs.hardware_burden_flop.notna()].sort_values("hardware_burden_flop")',
        "```",
        "",
        f"Parquet files were written by {contents.parquet_writer}.",
    ]
    return "\n".join(lines) + "\n"


def dictionary_file(contents: Contents) -> str:
    """``data-dictionary.csv``: every column of every table."""
    rows = [["table", "column", "type", "unit", "meaning"]]
    for table in contents.tables:
        rows += [[table.name, column.name, str(column.type), column.unit, column.meaning] for column in table.columns]
    return "".join(csv_line(row) for row in rows)
