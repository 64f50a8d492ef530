"""PDFs from folders and from arXiv's bulk tars."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from loopback_files import bulk_manifest, bulk_tar

from extractors.records import FailureCause, PaperMetadata
from flows.sources import FoundPaper, SourceError
from flows.sources.folder import papers_in_folder
from flows.sources.store import PdfStore
from flows.sources.tars import papers_in_tars

PDF = b"%PDF-1.4\n" + b"x" * 3000 + b"\n%%EOF\n"


def test_a_folder_gives_its_pdfs_sorted_with_the_ids_in_their_names(tmp_path: Path) -> None:
    for name in ("1706.03762v5.pdf", "cs_0112017.PDF", "notes.txt", "my paper.pdf", "sub/1412.6980.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PDF)
    papers = list(papers_in_folder(tmp_path))
    assert [
        (paper.metadata.arxiv_id, paper.metadata.version, paper.pdf_path and paper.pdf_path.name) for paper in papers
    ] == [
        ("1706.03762", 5, "1706.03762v5.pdf"),
        ("cs/0112017", None, "cs_0112017.PDF"),
        (None, None, "my paper.pdf"),
        ("1412.6980", None, "1412.6980.pdf"),
    ]
    assert all(paper.relevant and paper.failure is None and paper.origin == "folder" for paper in papers)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.pdf").write_bytes(PDF)
    (inside / "1412.6980.pdf").write_bytes(PDF)
    (inside / "1412.6981.pdf").symlink_to(inside / "1412.6980.pdf")
    (inside / "1412.6982.pdf").symlink_to(outside / "secret.pdf")
    (inside / "1412.6983.pdf").symlink_to(inside / "nothing.pdf")
    (inside / "folder").symlink_to(outside)
    failures = {paper.name: paper.failure and paper.failure.message for paper in papers_in_folder(inside)}
    assert failures["1412.6980"] is None
    assert failures["1412.6981"] is None
    assert "is a link out of the folder" in (failures["1412.6982"] or "")
    assert "is no file" in (failures["1412.6983"] or "")
    assert len(failures) == 4


def test_a_folder_that_is_itself_a_link_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/1412.6980.pdf").write_bytes(PDF)
    (tmp_path / "link").symlink_to(tmp_path / "papers")
    assert [paper.failure for paper in papers_in_folder(tmp_path / "link")] == [None]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such folder: .*absent"):
        list(papers_in_folder(tmp_path / "absent"))


def contents(papers: list[FoundPaper]) -> dict[str, bytes]:
    return {paper.name: paper.stored.path.read_bytes() for paper in papers if paper.stored}


def test_the_pdfs_of_a_tar_with_their_ids(tmp_path: Path, store: PdfStore) -> None:
    members = {"1001/1001.0001.pdf": PDF, "1001/1001.0002v3.pdf": PDF + b"2", "0001/astro-ph0001001.pdf": PDF + b"3"}
    tar = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", members)
    papers = list(papers_in_tars([tar], store))
    assert contents(papers) == {"1001.0001": PDF, "1001.0002v3": PDF + b"2", "astro-ph/0001001": PDF + b"3"}
    assert papers[2].metadata == PaperMetadata("astro-ph/0001001")
    assert {paper.origin for paper in papers} == {"tar"}


def test_two_members_of_one_id_keep_their_own_bytes(tmp_path: Path, store: PdfStore) -> None:
    members = {"1001/1001.0001.pdf": PDF, "1001/old/1001.0001.pdf": PDF + b"2"}
    papers = list(papers_in_tars([bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", members)], store))
    assert [paper.stored.path.read_bytes() for paper in papers if paper.stored] == [PDF, PDF + b"2"]


def test_the_md5_of_the_manifest_is_checked_before_reading(tmp_path: Path, store: PdfStore) -> None:
    good = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {"1001/1001.0001.pdf": PDF})
    bad = bulk_tar(tmp_path, "arXiv_pdf_1001_002.tar", {"1001/1001.0002.pdf": PDF})
    manifest = bulk_manifest(tmp_path, [good, bad])
    with bad.open("r+b") as file:
        file.seek(600)
        file.write(b"!")
    for given in (None, manifest):
        papers = papers_in_tars([bad, good], store, manifest=given)
        assert next(papers).name == "1001.0001"  # the good one is read all the same
        with pytest.raises(SourceError, match=r"arXiv_pdf_1001_002\.tar has the md5 .*download it again"):
            next(papers)


def test_a_manifest_that_is_none_is_named(tmp_path: Path, store: PdfStore) -> None:
    tar = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {"1001/1001.0001.pdf": PDF})
    (tmp_path / "arXiv_pdf_manifest.xml").write_text("<html>not found")
    with pytest.raises(SourceError, match=r"arXiv_pdf_manifest\.xml is not a manifest"):
        list(papers_in_tars([tar], store))


@pytest.mark.parametrize("keep_bytes", [2_000, 3_584, 3_800, 4_096, 7_168])
def test_a_truncated_tar_is_named_and_what_was_read_stands(tmp_path: Path, store: PdfStore, keep_bytes: int) -> None:
    tar = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {f"1001/1001.000{number}.pdf": PDF for number in (1, 2)})
    whole = tar.read_bytes()
    tar.write_bytes(whole[:keep_bytes])
    papers: list[FoundPaper] = []
    with pytest.raises(SourceError, match=r"arXiv_pdf_1001_001\.tar"):
        for paper in papers_in_tars([tar], store):
            papers.append(paper)
    whole_members = keep_bytes // 3_584
    assert contents(papers) == {f"1001.000{number}": PDF for number in range(1, whole_members + 1)}


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path: Path, store: PdfStore) -> None:
    tar = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {f"1001/1001.000{number}.pdf": PDF for number in (1, 2)})
    content = bytearray(tar.read_bytes())
    second = content.index(b"1001/1001.0002")
    content[second : second + 100] = b"\xff" * 100
    tar.write_bytes(content)
    papers = papers_in_tars([tar], store)
    assert next(papers).name == "1001.0001"
    with pytest.raises(SourceError, match=rf"breaks off or is damaged at byte {second:,}"):
        next(papers)


@pytest.mark.parametrize("content", [b"", b"<html>no tar</html>" * 100], ids=["empty", "html"])
def test_what_is_no_tar_is_named_and_the_next_is_read(tmp_path: Path, store: PdfStore, content: bytes) -> None:
    broken = tmp_path / "arXiv_pdf_1001_001.tar"
    broken.write_bytes(content)
    good = bulk_tar(tmp_path, "arXiv_pdf_1001_002.tar", {"1001/1001.0001.pdf": PDF})
    papers = papers_in_tars([broken, tmp_path / "absent.tar", good], store)
    assert next(papers).name == "1001.0001"
    with pytest.raises(SourceError, match=r"arXiv_pdf_1001_001\.tar[\s\S]*can't open .*absent\.tar"):
        next(papers)


def test_hostile_members_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "arXiv_pdf_1001_001.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("../../1001.0001.pdf", "/tmp/escape.pdf", "1001/.pdf", "1001/" + "a" * 5000 + ".pdf"):
            member = tarfile.TarInfo(name)
            member.size = len(PDF)
            tar.addfile(member, io.BytesIO(PDF))
        for name, kind in (
            ("1001/1001.0002.pdf", tarfile.SYMTYPE),
            ("1001/1001.0003.pdf", tarfile.LNKTYPE),
            ("1001/1001.0004.pdf", tarfile.CHRTYPE),
            ("1001/1001.0005.pdf", tarfile.FIFOTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        huge = tarfile.TarInfo("1001/1001.0006.pdf")
        huge.size = 5_000
        tar.addfile(huge, io.BytesIO(bytes(5_000)))
        tar.addfile(tarfile.TarInfo("1001/README"))
    store = PdfStore(tmp_path / "deep" / "pdf", max_pdf_bytes=4_000)
    papers = list(papers_in_tars([path], store))

    assert {paper.stored for paper in papers if paper.stored} == {store.put(io.BytesIO(PDF), "the same")}
    assert len([paper for paper in papers if paper.stored]) == 4
    causes = {paper.name: paper.failure.cause for paper in papers if paper.failure}
    assert causes == {
        "1001.0002": FailureCause.NOT_A_PDF,
        "1001.0003": FailureCause.NOT_A_PDF,
        "1001.0004": FailureCause.NOT_A_PDF,
        "1001.0005": FailureCause.NOT_A_PDF,
        "1001.0006": FailureCause.TOO_LARGE,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arXiv_pdf_1001_001.tar", "deep"]


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (tarfile.REGTYPE, -1024),  # sends tarfile backwards, and round and round
        (tarfile.REGTYPE, 2**70),
        (tarfile.GNUTYPE_LONGNAME, 2**40),  # would be read into memory
        (tarfile.XHDTYPE, 2**40),
        (tarfile.GNUTYPE_LONGNAME, -512),
    ],
)
def test_mad_headers_cost_neither_memory_nor_time(tmp_path: Path, store: PdfStore, kind: bytes, size: int) -> None:
    mad = tarfile.TarInfo("1001/1001.0002.pdf")
    mad.type, mad.size = kind, size
    path = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {"1001/1001.0001.pdf": PDF})
    whole = path.read_bytes()
    path.write_bytes(whole[:3_584] + mad.tobuf(tarfile.GNU_FORMAT) + whole[3_584:])
    papers: list[FoundPaper] = []
    with pytest.raises(SourceError, match=r"arXiv_pdf_1001_001\.tar"):
        for paper in papers_in_tars([path], store):
            papers.append(paper)
    assert contents(papers) == {"1001.0001": PDF}


def test_an_endless_chain_of_headers_ends(tmp_path: Path, store: PdfStore) -> None:
    link = tarfile.TarInfo("name")
    link.type, link.size = tarfile.GNUTYPE_LONGNAME, 0
    path = tmp_path / "arXiv_pdf_1001_001.tar"
    path.write_bytes(link.tobuf(tarfile.GNU_FORMAT) * 20_000)
    with pytest.raises(SourceError, match=r"arXiv_pdf_1001_001\.tar is no tar, or a damaged one"):
        list(papers_in_tars([path], store))


def test_a_manifest_that_was_named_must_be_there(tmp_path: Path, store: PdfStore) -> None:
    path = bulk_tar(tmp_path, "arXiv_pdf_1001_001.tar", {"1001/1001.0001.pdf": PDF})
    with pytest.raises(SourceError, match=r"can't open .*absent\.xml"):
        list(papers_in_tars([path], store, manifest=tmp_path / "absent.xml"))
