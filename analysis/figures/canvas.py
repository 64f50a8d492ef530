"""A figure becomes SVG and PNG: the same bytes for the same data, with links and hover titles in the SVG.

Nothing of a user's matplotlib settings gets in; texts are drawn as they are, never as formulas.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib
from defusedxml.ElementTree import fromstring
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.figures.slim import slim
from analysis.wording import plain, safe_url

PNG_DOTS_PER_INCH = 144
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_MARK = "mark:"
_HOVER = "a:hover use,a:hover path{stroke:#000!important;stroke-width:2px!important}"
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "axes.edgecolor": "#666666",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "text.parse_math": False,
    "path.simplify": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished figure: what it is called in files, what it shows, and its two pictures."""

    name: str
    """Also the name of its files: lower-case letters, digits and hyphens."""
    title: str
    caption: str
    """What is seen, in sentences: printed beneath, and read aloud to those who do not see it."""
    svg: bytes
    png: bytes
    size_inches: tuple[float, float]


class Marks:
    """Where each point of a figure leads, and what it says under the mouse."""

    def __init__(self) -> None:
        self._marks: list[tuple[str | None, str]] = []

    def add(self, url: object, title: str) -> str:
        """Registers a point; the answer goes to matplotlib in place of its address."""
        self._marks.append((safe_url(url), title))
        return f"{_MARK}{len(self._marks) - 1}"

    def of(self, placeholder: str) -> tuple[str | None, str]:
        return self._marks[int(placeholder.removeprefix(_MARK))]


def draw(
    name: str, title: str, caption: str, size_inches: tuple[float, float], paint: Callable[[Figure, Marks], None]
) -> Drawing:
    """Runs ``paint`` on an empty figure in the house's style and renders it both ways."""
    marks = Marks()
    with _style(name):
        figure = Figure(figsize=size_inches, layout="constrained")
        paint(figure, marks)
        png, svg = io.BytesIO(), io.BytesIO()
        FigureCanvasAgg(figure)
        figure.savefig(png, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Software": None})
        figure.set_layout_engine(None)  # it stays as it is laid out; by the name of "none" all would be drawn once more
        FigureCanvasSVG(figure)
        figure.savefig(svg, format="svg", metadata={"Date": None})
    linked = linked_svg(svg.getvalue(), name, f"{title}. {caption}", marks)
    return Drawing(name, title, caption, linked, png.getvalue(), size_inches)


@contextmanager
def _style(salt: str) -> Iterator[None]:
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": salt})
        yield


def linked_svg(svg: bytes, name: str, label: str, marks: Marks) -> bytes:
    """The SVG with each mark as a link with a hover title, ids of its own, and a label for those who see no picture.

    A mark without an address becomes a group: it has its title, and leads nowhere. Links are for the mouse, hundreds of
    them; the key that walks from link to link passes them by, as tables and points.csv have the same addresses.
    """
    root = fromstring(svg)
    own = hashlib.sha256(name.encode()).hexdigest()[:8]
    for metadata in root.findall(f"{_SVG}metadata"):
        root.remove(metadata)
    slim(root)
    for element in root.iter():
        _own_ids(element, f"f{own}")
        placeholder = element.get(_LINK, "")
        if element.tag == f"{_SVG}a" and placeholder.startswith(_MARK):
            url, title = marks.of(placeholder)
            _lead(element, url, title)
    for style in root.iter(f"{_SVG}style"):
        style.text = f"{style.text or ''}{_HOVER}"
    root.set("style", "max-width:100%;max-height:100%")
    root.set("role", "img")
    root.set("aria-label", plain(label, 2_000))
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    return b"%s\n" % ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _lead(element: ElementTree.Element, url: str | None, title: str) -> None:
    if url is None:
        element.tag = f"{_SVG}g"
        element.attrib.clear()
    else:
        element.set(_LINK, url)
        element.set("rel", "noopener noreferrer")
        element.set("tabindex", "-1")
    hover = ElementTree.Element(f"{_SVG}title")
    hover.text = title
    element.insert(0, hover)


def _own_ids(element: ElementTree.Element, prefix: str) -> None:
    """Several figures stand in one page: an id of one must not meet that of another."""
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, f"{prefix}-{value}")
        elif key == _LINK and value.startswith("#"):
            element.set(key, f"#{prefix}-{value[1:]}")
        elif "url(#" in value:
            element.set(key, value.replace("url(#", f"url(#{prefix}-"))


def file_name(*parts: str) -> str:
    """A name for files and ids of what texts say: "squad1.1", "em" -> "squad1-1-em"; texts that would fall together
    or are long get a short digest."""
    text = "-".join(parts)
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    faithful = re.sub(r"[._]", "-", text) == slug and len(slug) <= 80
    return slug if faithful else f"{slug[:60].strip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}".strip("-")
