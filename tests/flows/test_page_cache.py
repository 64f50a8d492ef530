"""Drawn pages on disk: found again, bounded, and no trouble if the disk makes trouble."""

from __future__ import annotations

import os
from pathlib import Path

from flows.page_cache import PageCache

KILOBYTE = b"x" * 1000


def _kept(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*/*")}


def test_what_was_kept_is_found_again_also_by_another_process(tmp_path: Path) -> None:
    PageCache(tmp_path, 10_000).put("abc-1.webp", KILOBYTE)
    assert PageCache(tmp_path, 10_000).get("abc-1.webp") == KILOBYTE
    assert PageCache(tmp_path, 10_000).get("abc-2.webp") is None


def test_those_not_asked_for_longest_go_when_there_is_no_room(tmp_path: Path) -> None:
    cache = PageCache(tmp_path, 10_000)
    for number in range(10):
        cache.put(f"page-{number}", KILOBYTE)
        os.utime(tmp_path / "pa" / f"page-{number}", (number, number))
    assert cache.get("page-0") == KILOBYTE
    cache.put("page-10", KILOBYTE)
    assert _kept(tmp_path) == {"page-0", "page-10", *(f"page-{number}" for number in range(4, 10))}


def test_what_earlier_processes_left_counts_and_goes_too(tmp_path: Path) -> None:
    (tmp_path / "pa").mkdir()
    (tmp_path / "pa" / "page-0.1234.part").write_bytes(KILOBYTE * 20)
    os.utime(tmp_path / "pa" / "page-0.1234.part", (1, 1))
    PageCache(tmp_path, 10_000).put("page-1", KILOBYTE)
    assert _kept(tmp_path) == {"page-1"}


def test_a_folder_that_can_not_be_written_to_only_costs_speed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = PageCache(tmp_path / "file", 10_000)
    cache.put("page-1", KILOBYTE)
    assert cache.get("page-1") is None


def test_a_file_that_others_removed_is_simply_not_there(tmp_path: Path) -> None:
    cache = PageCache(tmp_path, 2_500)
    for number in range(3):
        cache.put(f"page-{number}", KILOBYTE)
        for path in tmp_path.glob("*/*"):
            path.unlink()
    assert cache.get("page-2") is None
