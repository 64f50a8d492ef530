"""What the process that draws charts does: specifications to files, and the library that browsers draw with.

It is started afresh, and imports nothing of ours but this.
"""

from __future__ import annotations

import json
import signal
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import vl_convert

_LIBRARY = "window.vegaEmbed = vegaEmbed;"
"""What the bundle makes known to the page's script."""
PNG_SCALE = 2.0
"""Pixels of a PNG for each of the specification."""
_NO_ADDRESSES: list[str] = []
"""From which a specification may load anything: all rows are in it."""


def prepare() -> None:
    """Once in each process. Ctrl-C goes to all processes of a terminal: the server ends this one when it has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found = find_spec("matplotlib")
    if found is not None and found.origin is not None:
        vl_convert.register_font_directory(str(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"))


def library_version() -> str:
    """Changes whenever the library that browsers get does."""
    parts = (version("vl-convert-python"), vl_convert.get_vega_version(), vl_convert.get_vega_embed_version(), _LIBRARY)
    return " ".join(parts)


def library() -> bytes:
    """Vega, Vega-Lite and vega-embed in one script."""
    return vl_convert.javascript_bundle(_LIBRARY).encode()


def svg(spec: str) -> bytes:
    return vl_convert.vegalite_to_svg(json.loads(spec), allowed_base_urls=_NO_ADDRESSES).encode()


def png(spec: str) -> bytes:
    return bytes(vl_convert.vegalite_to_png(json.loads(spec), scale=PNG_SCALE, allowed_base_urls=_NO_ADDRESSES))
