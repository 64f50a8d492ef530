"""The colours of charts, light and dark: those of the style sheet, so that pages and charts stay in step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from portal.static_files import static_text

_ROOT = re.compile(r":root\s*\{([^}]*)\}")
_COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,8})\s*;", re.IGNORECASE)
_PAGE_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'
PICTURE_FONT = "DejaVu Sans"
"""It has raised digits, and the server lays texts out by it; one that it lacks would leave them out."""


class ThemeName(StrEnum):
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    name: ThemeName
    colours: Mapping[str, str]
    """By the names that style.css has for them: "surface", "text", "muted", "line", "accent", …"""

    @property
    def is_dark(self) -> bool:
        return self.name is ThemeName.DARK

    @property
    def series(self) -> tuple[str, ...]:
        """Colours of Okabe and Ito for up to six lines that are told apart by name beside them."""
        if self.is_dark:
            return ("#56B4E9", "#FF9350", "#3CCFA2", "#F5C04A", "#E6A3C8", "#B4B9B6")
        return ("#0072B2", "#D55E00", "#009E73", "#B87F00", "#B5608C", "#555555")

    @property
    def shades(self) -> tuple[str, str]:
        """From little to much, of one hue: the least still differs from the ground."""
        return ("#24404c", "#8fd0ee") if self.is_dark else ("#d9e8ef", "#12435a")

    def config(self, *, is_picture: bool) -> dict[str, Any]:
        """Vega-Lite's ``config`` for every chart."""
        text, muted, line = self.colours["text"], self.colours["muted"], self.colours["line"]
        labels = {"labelColor": muted, "labelFontSize": 12, "titleColor": text, "titleFontSize": 13}
        return {
            "background": self.colours["surface"],
            "font": f'"{PICTURE_FONT}", Verdana, sans-serif' if is_picture else _PAGE_FONT,
            "view": {"stroke": None},
            "axis": {
                **labels,
                "titleFontWeight": 600,
                "titlePadding": 10,
                "gridColor": line,
                "domainColor": self.colours["line-strong"],
                "tickColor": self.colours["line-strong"],
                "labelPadding": 5,
            },
            "legend": {**labels, "titleFontWeight": 600, "symbolSize": 70, "symbolStrokeWidth": 1.5, "labelLimit": 260},
            "title": {
                "color": text,
                "subtitleColor": muted,
                "fontSize": 16,
                "fontWeight": 600,
                "subtitleFontSize": 12,
                "anchor": "start",
                "offset": 14,
            },
            "scale": {"invalid": {"color": {"value": self.colours["line-strong"]}}},
            "text": {"color": text, "fontSize": 12},
            "rule": {"color": muted},
        }


@cache
def theme(name: ThemeName) -> Theme:
    """KeyError where the style sheet lacks the light or the dark set of colours."""
    light, dark = (dict(_COLOUR.findall(block)) for block in _ROOT.findall(static_text("style.css"))[:2])
    return Theme(name, light | dark if name is ThemeName.DARK else light)
