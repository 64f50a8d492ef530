"""What matplotlib writes at length into an SVG, said once: a third of the bytes, the same picture."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_SVG = "{http://www.w3.org/2000/svg}"
_GEOMETRY = {"d", "x", "y", "width", "height", "transform", "points"}
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")


def slim(root: Element) -> None:
    """Drops indentation, ids that nothing refers to, digits below a hundredth of a point, and rotations by nothing;
    a clip or style that all parts of a group have moves to the group."""
    named = {name for element in root.iter() for value in element.attrib.values() for name in _references(value)}
    for element in root.iter():
        if element.tag not in (f"{_SVG}text", f"{_SVG}tspan", f"{_SVG}title", f"{_SVG}style"):
            element.text = None
        element.tail = None
        if element is not root:
            _shorten(element, named)
    _gather(root)


def _references(value: str) -> list[str]:
    return re.findall(r"(?:^#|url\(#)([^)]+)", value)


def _shorten(element: Element, named: set[str]) -> None:
    if element.get("id") not in named:
        element.attrib.pop("id", None)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key in _GEOMETRY & element.attrib.keys():
        value = _LONG_DECIMAL.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), element.attrib[key])
        element.set(key, " ".join(value.split()))
    if "style" in element.attrib:
        element.set("style", element.attrib["style"].replace(": ", ":").replace("; ", ";"))


def _gather(group: Element) -> None:
    """From the innermost outwards; a group that says nothing any more gives way to its parts."""
    for part in group:
        _gather(part)
    if group.tag in (f"{_SVG}g", f"{_SVG}a"):
        _hoist(group)
    parts: list[Element] = []
    for part in group:
        parts += part if part.tag == f"{_SVG}g" and not part.attrib else [part]
    group[:] = parts


def _hoist(group: Element) -> None:
    """Opacity of a group is not that of its parts, and a clip counts in the coordinates of its element: these stay."""
    parts = [part for part in group if part.tag not in (f"{_SVG}defs", f"{_SVG}title")]
    for key in ("clip-path", "style"):
        values = {part.get(key, "") for part in parts}
        if len(values) != 1 or key in group.attrib or any("transform" in part.attrib for part in parts):
            continue
        value = values.pop()
        if value and not re.search(r"(?:^|;)opacity", value):
            group.set(key, value)
            for part in parts:
                del part.attrib[key]
