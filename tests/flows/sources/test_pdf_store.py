"""PDFs come into the store whole, once, and however the server, the disk or the process fails."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from loopback_arxiv import (
    Clock,
    Fault,
    LoopbackArxiv,
    cut_short,
    dropped,
    html,
    redirect,
    slow_drip,
    stalled,
    status,
    too_short_a_length,
    truncated,
)
from loopback_files import one_page_pdf

from extractors.records import FailureCause, PaperError, PaperMetadata
from flows.sources import AccessRefusedError, ArxivConfig, FoundPaper
from flows.sources.http import NoAnswerError, PoliteSession
from flows.sources.pace import Pacer
from flows.sources.store import PdfStore

PDF = one_page_pdf("We trained on 8 NVIDIA V100 GPUs for 3.5 days.") + b"%" * 20_000 + b"\n%%EOF\n"
SHA256 = hashlib.sha256(PDF).hexdigest()


def offer(arxiv: LoopbackArxiv, arxiv_id: str = "2406.01234", pdf: bytes | None = PDF) -> FoundPaper:
    arxiv.add(arxiv_id, pdfs=[pdf])
    return FoundPaper(PaperMetadata(arxiv_id, 1), "arxiv-id", pdf_url=f"{arxiv.pdf_url}/{arxiv_id}v1")


def files(store: PdfStore) -> dict[str, int]:
    """Every file in the store, and its size."""
    return {str(path.relative_to(store.root)): path.stat().st_size for path in store.root.rglob("*") if path.is_file()}


WHOLE = {f"{SHA256[:2]}/{SHA256}.pdf": len(PDF), "refs/2406/2406.01234v1": 71}


def test_a_pdf_is_stored_by_its_sha256_with_a_reference_by_its_id(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    stored = store.fetch(http, offer(arxiv))
    assert (stored.sha256, stored.byte_count, stored.path.read_bytes()) == (SHA256, len(PDF), PDF)
    assert files(store) == WHOLE


def test_nothing_is_downloaded_twice(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv)
    first = store.fetch(http, paper)
    assert store.fetch(http, paper) == first
    assert PdfStore(store.root).fetch(http, paper) == first
    assert len(arxiv.asked("pdf")) == 1


def test_a_new_version_is_downloaded(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    store.fetch(http, offer(arxiv))
    arxiv.add("2406.01234", pdfs=[PDF, PDF + b"%%EOF"])
    newer = FoundPaper(PaperMetadata("2406.01234", 2), "arxiv-id", pdf_url=f"{arxiv.pdf_url}/2406.01234v2")
    assert store.fetch(http, newer).byte_count == len(PDF) + 5


def test_old_ids_have_a_place_too(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv, "cs/0112017")
    store.fetch(http, paper)
    assert store.get("cs/0112017", 1) == store.put(io.BytesIO(PDF), "cs/0112017")
    assert store.get("cs/0112017", 2) is None


def test_a_damaged_store_is_mended(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv)
    stored = store.fetch(http, paper)
    stored.path.write_bytes(b"%PDF-")
    assert store.fetch(http, paper) == stored
    assert files(store) == WHOLE
    (store.root / "refs/2406/2406.01234v1").write_bytes(b"\xff\x00")
    assert store.fetch(http, paper) == stored
    assert files(store) == WHOLE


@pytest.mark.parametrize("with_length", [True, False], ids=["length", "chunked"])
@pytest.mark.parametrize(
    "fault",
    [
        truncated(9_000),
        truncated(9_000, announced=False),
        truncated(0),
        dropped(),
        html(),
        status(429),
        status(503, retry_after="60"),
        status(500),
        redirect("/pdf/2406.01234v1"),
    ],
    ids=["truncated", "unannounced", "nothing", "dropped", "html", "429", "503", "500", "redirect"],
)
def test_a_passing_fault_costs_a_pause_and_not_the_paper(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore, clock: Clock, fault: Fault, with_length: bool
) -> None:
    arxiv.send_pdf_length = with_length
    paper = offer(arxiv)
    arxiv.misbehave("pdf", fault)
    assert store.fetch(http, paper).sha256 == SHA256
    assert files(store) == WHOLE
    assert min(clock.pauses) >= 3.0


def test_what_broke_off_is_resumed(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv)
    arxiv.misbehave("pdf", truncated(9_000), truncated(500), dropped())
    assert store.fetch(http, paper).sha256 == SHA256
    assert [request.headers.get("Range") for request in arxiv.asked("pdf")] == [
        None,
        "bytes=9000-",
        "bytes=9500-",
        "bytes=9500-",
    ]


def test_a_pdf_that_changed_meanwhile_is_begun_again(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    paper = offer(arxiv)
    other = one_page_pdf("We trained on 64 NVIDIA A100 GPUs.") + PDF[-20_000:]

    def change_and_break(handler: object, reply: object) -> None:
        arxiv.add("2406.01234", pdfs=[other])
        truncated(9_000)(handler, reply)  # type: ignore[arg-type]

    arxiv.misbehave("pdf", change_and_break)
    assert store.fetch(http, paper).sha256 == hashlib.sha256(other).hexdigest()


def test_a_server_without_resumption_sends_the_whole_again(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    paper = offer(arxiv)
    arxiv.misbehave("pdf", truncated(9_000), status(416), truncated(9_000, announced=False))
    assert store.fetch(http, paper).sha256 == SHA256


@pytest.mark.parametrize(
    ("faults", "cause", "words"),
    [
        ([html()] * 2, FailureCause.NOT_A_PDF, "/2406.01234v1 .* of text/html.* in place of a PDF"),
        ([truncated(0, announced=False)] * 2, FailureCause.NOT_A_PDF, "/2406.01234v1 .*empty answer"),
        ([truncated(100)] * 4, FailureCause.DOWNLOAD, "/2406.01234v1 .*in 4 attempts: the connection dropped"),
        ([status(500)] * 4, FailureCause.DOWNLOAD, "/2406.01234v1 .*HTTP 500"),
        ([status(404)], FailureCause.DOWNLOAD, "/2406.01234v1 .*HTTP 404"),
        ([redirect("http://example.org/x.pdf")], FailureCause.DOWNLOAD, "/2406.01234v1 .*another server"),
    ],
    ids=["html", "empty", "truncated", "500", "404", "elsewhere"],
)
def test_a_lasting_fault_fails_this_paper_alone(
    arxiv: LoopbackArxiv,
    http: PoliteSession,
    store: PdfStore,
    faults: list[Fault],
    cause: FailureCause,
    words: str,
) -> None:
    paper = offer(arxiv)
    arxiv.misbehave("pdf", *faults)
    with pytest.raises(PaperError, match=words) as caught:
        store.fetch(http, paper)
    assert caught.value.cause is cause
    assert files(store) == {}
    assert store.fetch(http, offer(arxiv, "2406.05678")).sha256 == SHA256


def test_a_pdf_without_its_end_is_not_taken_for_whole(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    for number, fault in enumerate((cut_short(9_000), too_short_a_length(9_000), too_short_a_length(9_000))):
        if number == 2:
            arxiv.misbehave("pdf", fault, truncated(500), status(503))
        else:
            arxiv.misbehave("pdf", fault)
        assert store.fetch(http, offer(arxiv, f"2406.0000{number}")).sha256 == SHA256

    paper = offer(arxiv, "2406.05678")
    arxiv.misbehave("pdf", cut_short(9_000), *[cut_short(1_000)] * 3)
    with pytest.raises(PaperError, match=r"truncated: 12,000 bytes came, and no %%EOF") as caught:
        store.fetch(http, paper)
    assert caught.value.cause is FailureCause.DOWNLOAD


def test_a_pdf_that_has_no_end_at_arxiv_either_is_taken_as_it_is(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    assert store.fetch(http, offer(arxiv, pdf=PDF[:9_000])).byte_count == 9_000
    assert len(arxiv.asked("pdf")) == 2
    arxiv.send_pdf_length = True
    arxiv.misbehave(
        "pdf", *[too_short_a_length(8_000)] * 2
    )  # by a server that resumes nothing, and says the same again
    assert store.fetch(http, offer(arxiv, "2406.05678", PDF[:8_000])).byte_count == 8_000
    assert len(arxiv.asked("pdf")) == 4


def test_a_withdrawn_version_is_told_from_a_broken_one(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    paper = offer(arxiv, pdf=None)
    for found in (paper, replace(paper, pdf_url=None)):
        with pytest.raises(PaperError, match="arXiv has no") as caught:
            store.fetch(http, found)
        assert caught.value.cause is FailureCause.WITHDRAWN
    assert len(arxiv.asked("pdf")) == 1


def test_a_huge_pdf_is_refused(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv, pdf=PDF * 60)
    with pytest.raises(PaperError, match="more than the 1,000,000 bytes") as caught:
        store.fetch(http, paper)
    assert caught.value.cause is FailureCause.TOO_LARGE
    assert files(store) == {}


def test_a_drip_is_given_up_at_the_deadline(arxiv: LoopbackArxiv, config: ArxivConfig, store: PdfStore) -> None:
    class RushingClock(Clock):
        def __call__(self) -> float:
            self.now_seconds += 100.0
            return self.now_seconds

    clock = RushingClock()
    http = PoliteSession(config, pacer=Pacer(clock=clock, wait=clock.wait))
    paper = offer(arxiv)
    arxiv.misbehave("pdf", *[slow_drip()] * 4)
    with pytest.raises(PaperError, match=r"/2406.01234v1 .*not whole after 600 s"):
        store.fetch(http, paper)


def test_a_refusal_stops_the_run(arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore) -> None:
    paper = offer(arxiv)
    arxiv.misbehave("pdf", status(403))
    with pytest.raises(AccessRefusedError):
        store.fetch(http, paper)
    assert len(arxiv.requests) == 1


def test_a_server_gone_for_good_stops_the_run_at_the_third_paper(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    papers = [offer(arxiv, f"2406.0000{number}") for number in range(3)]
    arxiv.misbehave("pdf", *[dropped()] * 12)
    for paper in papers[:2]:
        with pytest.raises(PaperError):
            store.fetch(http, paper)
    with pytest.raises(NoAnswerError):
        store.fetch(http, papers[2])


def test_a_source_s_own_failure_is_raised(http: PoliteSession, store: PdfStore) -> None:
    failure = PaperError(FailureCause.DOWNLOAD, "arXiv knows no 2406.99999")
    with pytest.raises(PaperError, match="knows no"):
        store.fetch(http, FoundPaper(PaperMetadata("2406.99999"), "arxiv-id", failure=failure))


def test_files_of_a_folder_are_copied(http: PoliteSession, store: PdfStore, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    paper = FoundPaper(PaperMetadata(None), "folder", pdf_path=path)
    assert store.fetch(http, paper).sha256 == SHA256
    path.unlink()
    with pytest.raises(PaperError, match=r"can't open .*paper\.pdf: No such file"):
        store.fetch(http, paper)


def test_a_folder_s_file_does_not_stand_for_arxiv_s(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore, tmp_path: Path
) -> None:
    path = tmp_path / "2406.01234v1.pdf"
    path.write_bytes(b"%PDF-1.4 something else")
    store.fetch(http, FoundPaper(PaperMetadata("2406.01234", 1), "folder", pdf_path=path))
    assert store.fetch(http, offer(arxiv)).sha256 == SHA256


def test_broken_files_are_stored_too_so_that_their_failure_has_a_sha256(store: PdfStore) -> None:
    for content in (b"", b"no pdf"):
        stored = store.put(io.BytesIO(content), "some.pdf")
        assert (stored.sha256, stored.byte_count) == (hashlib.sha256(content).hexdigest(), len(content))
    with pytest.raises(PaperError, match=r"some\.pdf is larger than 1,000,000 bytes"):
        store.put(io.BytesIO(bytes(1_000_001)), "some.pdf")


@contextmanager
def no_file_larger_than(byte_count: int) -> Iterator[None]:
    """The operating system refuses to write more into any file, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_the_run_and_a_rerun_completes(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    paper = offer(arxiv)
    with no_file_larger_than(5_000), pytest.raises(OSError, match=str(store.root)) as caught:
        store.fetch(http, paper)
    assert caught.value.errno == errno.EFBIG
    assert files(store) == {}
    assert store.fetch(http, paper).sha256 == SHA256
    assert files(store) == WHOLE


FETCH = """
import os, sys
os.getpid = lambda: 2**22 + 1  # as in a container, or on another machine: here no process has that number
from pathlib import Path
from extractors.records import PaperMetadata
from flows.sources import ArxivConfig, FoundPaper
from flows.sources.http import PoliteSession
from flows.sources.store import PdfStore
base, root = sys.argv[1:]
config = ArxivConfig(f"{base}/api/query", f"{base}/oai", f"{base}/pdf", delay_seconds=0)
paper = FoundPaper(PaperMetadata("2406.01234", 1), "arxiv-id", pdf_url=f"{base}/pdf/2406.01234v1")
PdfStore(Path(root)).fetch(PoliteSession(config), paper)
"""


def test_what_a_killed_download_leaves_is_removed_and_not_before_it_is_killed(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    paper = offer(arxiv)
    arxiv.misbehave("pdf", stalled(20_000))
    child = subprocess.Popen(
        [sys.executable, "-c", FETCH, arxiv.base_url, str(store.root)], env={**os.environ, "NO_PROXY": "127.0.0.1"}
    )
    try:
        while not any(size > 0 for size in files(store).values()):
            assert child.poll() is None, "the download ended before it could be killed"
            time.sleep(0.01)
        PdfStore(store.root)
        assert files(store), "another store has removed what is being written"
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    [left_over] = files(store)
    assert left_over.startswith("tmp/")

    again = PdfStore(store.root)
    assert files(again) == {}
    assert again.fetch(http, paper).sha256 == SHA256
    assert files(again) == WHOLE


def test_a_second_store_in_the_same_process_does_not_disturb_the_first(
    arxiv: LoopbackArxiv, http: PoliteSession, store: PdfStore
) -> None:
    def open_another_meanwhile(handler: object, reply: object) -> None:
        PdfStore(store.root)
        truncated(9_000)(handler, reply)  # type: ignore[arg-type]

    paper = offer(arxiv)
    arxiv.misbehave("pdf", open_another_meanwhile)
    assert store.fetch(http, paper).sha256 == SHA256
