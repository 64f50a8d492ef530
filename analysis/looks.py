"""How points of each source and basis look, in figures of the report and in charts of web pages alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analysis.wording import plain, source_name


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of Okabe and Ito, told apart by people of all kinds of sight, and a shape for those who see none."""

    colour: str
    on_dark: str
    """The same hue where the ground is dark."""
    shape: str
    """As Vega names it: "circle", "square", "triangle-up", "triangle-down", "diamond", "cross"."""
    label: str


_LOOKS = {
    ("db", "machine"): Look("#0072B2", "#56B4E9", "circle", "read by machine"),
    ("db", "curated"): Look("#009E73", "#3CCFA2", "square", "curated"),
    ("authors-2022", "imported"): Look("#D55E00", "#FF9350", "triangle-up", "authors, 2022"),
    ("authors-2020", "imported"): Look("#CC79A7", "#E6A3C8", "diamond", "authors, 2020"),
    ("epoch", "imported"): Look("#E69F00", "#F5C04A", "triangle-down", "Epoch AI"),
}
_OTHER = Look("#555555", "#B4B9B6", "cross", "")


def look_of(source: str, basis: str | None = None) -> Look:
    """Of a source and basis; of a whole source where no basis is given, as its line is drawn.

    "db beside epoch", some of a source's points, has that source's look with a shape of its own.
    """
    if basis is None:
        whole = source.split(" beside ")[0]
        look = _LOOKS.get((whole, "machine" if whole == "db" else "imported"), _OTHER)
        return replace(look, label=source_name(source), shape=look.shape if whole == source else "x")
    return _LOOKS.get((source, basis)) or replace(_OTHER, label=f"{source_name(source)}, {plain(basis, 20)}")
