"""PDFs, bulk tars and their manifest, as arXiv hands them out."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def one_page_pdf(text: str) -> bytes:
    """A real PDF with this text on its page; the same bytes for the same text."""
    import pymupdf

    document = pymupdf.open()
    document.new_page().insert_textbox(pymupdf.Rect(72, 72, 540, 720), text)
    pdf: bytes = document.tobytes(no_new_id=True)
    return pdf


def bulk_tar(folder: Path, name: str, members: Mapping[str, bytes]) -> Path:
    """A bulk tar such as ``arXiv_pdf_1001_001.tar``, its members named as in ``1001/1001.0001.pdf``."""
    path = folder / name
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for member_name, content in members.items():
            member = tarfile.TarInfo(member_name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def bulk_manifest(folder: Path, tars: Sequence[Path]) -> Path:
    """arXiv's manifest of these tars, beside them."""
    files = "".join(
        f"""  <file>
    <content_md5sum>1852974c8570cdafd91522ee93719ee5</content_md5sum>
    <filename>pdf/{tar.name}</filename>
    <md5sum>{hashlib.md5(tar.read_bytes()).hexdigest()}</md5sum>
    <num_items>1</num_items>
    <size>{tar.stat().st_size}</size>
    <timestamp>2010-12-23 14:41:24</timestamp>
    <yymm>{tar.name.split("_")[2]}</yymm>
  </file>
"""
        for tar in tars
    )
    path = folder / "arXiv_pdf_manifest.xml"
    path.write_text(f"<?xml version='1.0' standalone='yes'?>\n<arXivPDF>\n{files}</arXivPDF>\n", encoding="utf-8")
    return path
