"""Pages of hostile PDFs cost themselves only; what was drawn once is there at once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
import unruly_pages
from hostile_pdfs import MEMORY_LIMIT_MB, a_million_lines_drawn, deflate_bomb_of_text, forms_that_double

from flows import page_renderer
from flows.page_cache import PageCache
from flows.page_renderer import PageRenderer
from flows.sources.store import PdfStore
from flows.workers import Limits
from portal.services import PageUnavailableError, Unavailable

LIMITS = Limits(time_limit_seconds=3, memory_limit_mb=MEMORY_LIMIT_MB)


@pytest.fixture
def renderer(tmp_path: Path) -> Iterator[PageRenderer]:
    made = PageRenderer(tmp_path / "pdf", PageCache(tmp_path / "pages", 10**9), LIMITS, workers=1)
    yield made
    made.close()


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], str]:
    """Puts a PDF into the store; its sha256."""
    return lambda pdf: PdfStore(tmp_path / "pdf").put(io.BytesIO(pdf), "a PDF").sha256


def why(renderer: PageRenderer, digest: str, page: int = 1) -> Unavailable | None:
    try:
        renderer.image(digest, page, 144)
    except PageUnavailableError as error:
        assert str(error)
        return error.why
    return None


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory hold on Linux only")
def test_each_bomb_is_drawn_or_refused_in_words_and_the_next_page_is_drawn(
    renderer: PageRenderer, stored: Callable[[bytes], str], samples_dir: Path
) -> None:
    for bomb in (forms_that_double, deflate_bomb_of_text, a_million_lines_drawn):
        assert why(renderer, stored(bomb())) in (None, Unavailable.BROKEN), bomb.__name__
    paper = stored((samples_dir / "1707.99006.pdf").read_bytes())
    assert renderer.image(paper, 1, 72)[8:12] == b"WEBP"
    assert renderer.words(paper, 1).words


def test_a_page_that_breaks_its_process_is_not_tried_again_and_harms_no_other(
    renderer: PageRenderer, stored: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page_renderer, "draw_page", unruly_pages.draw_page)
    for deed in (b"hang", b"abort", b"eat", b"bug"):
        digest = stored(deed)
        assert why(renderer, digest) is Unavailable.BROKEN, deed
        assert renderer.image(stored(b"harmless" + deed), 1, 144) == b"harmless" + deed
        (tmp_path / "pdf" / digest[:2] / f"{digest}.pdf").unlink()
        assert why(renderer, digest) is Unavailable.BROKEN, "remembered: the file is not even looked for"


def test_a_drawn_page_needs_no_process_and_no_pdf_any_more(
    renderer: PageRenderer, stored: Callable[[bytes], str], samples_dir: Path, tmp_path: Path
) -> None:
    pdf = (samples_dir / "1707.99006.pdf").read_bytes()
    first = renderer.image(stored(pdf), 1, 72)
    (tmp_path / "pdf" / sha256(pdf).hexdigest()[:2] / f"{sha256(pdf).hexdigest()}.pdf").unlink()
    renderer.close()
    assert renderer.image(sha256(pdf).hexdigest(), 1, 72) == first
    assert why(renderer, sha256(pdf).hexdigest(), page=2) is Unavailable.MISSING


def test_not_more_wait_for_pages_than_leave_threads_for_others(
    tmp_path: Path, stored: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_renderer, "draw_page", unruly_pages.draw_page)
    monkeypatch.setattr(page_renderer, "_MOST_WAITING", 2)
    cache = PageCache(tmp_path / "pages", 10**9)
    with closing(PageRenderer(tmp_path / "pdf", cache, Limits(1, MEMORY_LIMIT_MB), workers=1)) as renderer:
        digest = stored(b"hang")
        with ThreadPoolExecutor(6) as people:
            outcomes = list(people.map(lambda page: why(renderer, digest, page), range(1, 7)))
    assert sorted(map(str, outcomes)) == ["broken"] * 2 + ["busy"] * 4


def test_processes_that_are_all_gone_are_started_anew(
    renderer: PageRenderer, stored: Callable[[bytes], str], samples_dir: Path
) -> None:
    paper = stored((samples_dir / "1707.99006.pdf").read_bytes())
    renderer.start()
    pool = renderer._pool
    assert pool is not None
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
    assert why(renderer, paper) is Unavailable.BUSY
    assert why(renderer, paper) is None
    assert renderer.trouble == ""


def test_who_notices_late_that_a_pool_broke_does_not_stop_the_next_one(
    renderer: PageRenderer, stored: Callable[[bytes], str], samples_dir: Path
) -> None:
    paper = stored((samples_dir / "1707.99006.pdf").read_bytes())
    broken, _ = renderer._running_pool()
    renderer._replace(broken, RuntimeError("broken"))
    assert why(renderer, paper) is None
    running = renderer._pool
    renderer._replace(broken, RuntimeError("broken"))
    assert renderer._pool is running and running is not None and running.active


def test_an_error_of_the_drawing_itself_costs_its_page_only(
    renderer: PageRenderer, stored: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_renderer, "draw_page", unruly_pages.raise_runtime_error)
    renderer.start()
    pool = renderer._pool
    assert why(renderer, stored(b"any")) is Unavailable.BROKEN
    assert renderer._pool is pool, "the processes go on"


def test_where_no_process_stays_alive_that_is_said_and_tried_again_later(
    renderer: PageRenderer,
    stored: Callable[[bytes], str],
    samples_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    paper = stored((samples_dir / "1707.99006.pdf").read_bytes())
    with monkeypatch.context() as broken:
        broken.setattr(page_renderer, "bound_worker", unruly_pages.end_at_once)
        broken.setattr(page_renderer, "_POOL_CHECK_SECONDS", 0.2)
        broken.setattr(page_renderer, "_START_SECONDS", 0.5)
        assert [why(renderer, paper) for _ in range(3)] == [Unavailable.BUSY] * 3
    assert "3 times in a row" in renderer.trouble
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "ERROR"]
    assert f"BURDEN_WORKER_MEMORY_LIMIT_MB={MEMORY_LIMIT_MB}" in caplog.records[-1].getMessage()
    assert why(renderer, paper) is Unavailable.BUSY
    assert renderer._pool is None, "no process is started for a while"

    renderer._not_before = 0
    assert why(renderer, paper) is None
    assert renderer.trouble == "" and "drawn again" in caplog.records[-1].getMessage()
