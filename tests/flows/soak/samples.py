"""What the fuzzers spoil: small files in good order, with something of everything in them."""

from __future__ import annotations

import pymupdf
from loopback_arxiv import LoopbackArxiv
from loopback_files import one_page_pdf

_TEXT = "We trained our model of 60 million parameters on 8 NVIDIA V100 GPUs for 3.5 days."
_TABLE = (("Model", "Top-1 error", "GPU days"), ("Ours", "21.3", "28"), ("ResNet-50", "24.7", "8"))


def small_pdfs() -> list[bytes]:
    """A page of text; two pages with a ruled table, a picture, a link and packed objects."""
    rich = pymupdf.open()
    page = rich.new_page()
    page.insert_textbox(pymupdf.Rect(72, 72, 540, 200), f"1 Training\n{_TEXT}\n\nTable 1: Results on ImageNet.")
    for row, cells in enumerate(_TABLE):
        for column, cell in enumerate(cells):
            page.insert_text((80 + 120 * column, 230 + 20 * row), cell)
        page.draw_line((72, 216 + 20 * row), (440, 216 + 20 * row))
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 8, 8), False)
    page.insert_image(pymupdf.Rect(72, 400, 200, 500), pixmap=picture)
    rich.new_page().insert_text((72, 72), "A Appendix")
    rich[0].insert_link({"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(72, 72, 100, 100), "page": 1})
    deflated, packed = rich.tobytes(no_new_id=True, deflate=True), rich.tobytes(no_new_id=True, use_objstms=1)
    return [one_page_pdf(_TEXT), deflated, packed]


def every_kind_of_feed() -> list[bytes]:
    """A page of OAI-PMH and one of the search API: papers, versions, a withdrawal, a removal, odd authors."""
    arxiv = LoopbackArxiv()
    arxiv.add("2406.00001", pdfs=[b"%PDF", b"%PDF"])
    arxiv.add("2406.00002", title="Deep <nets> & more", authors=("A. Ng (1), (2)", "B. Li"), pdfs=[b"%PDF", None])
    arxiv.add("cs/9901001", deleted=True)
    oai = arxiv.answer_oai({"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs"})
    return [oai.body, arxiv.answer_search({"search_query": "all:deep", "max_results": "10"}).body]
