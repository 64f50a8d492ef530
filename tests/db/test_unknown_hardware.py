"""Unknown hardware: stored with its page and sentence, and found again for the papers in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db import schema
from db.errors import RecordError
from db.queries import HardwareName, unknown_hardware
from extractors.records import UnknownHardware

ZEPHYR = UnknownHardware("Zephyr Q9", 4, "It took 64 Zephyr Q9 accelerators.")
BOREAS = UnknownHardware("Boreas B2", 2, "Each of the Boreas B2 accelerators has two chips.")


def test_name_page_and_sentence_come_back_as_they_went_in(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(unknown_hardware=(BOREAS, ZEPHYR)))
    sample.save(engine, sample.paper(metadata=sample.metadata("2401.00002"), sha256="b" * 64))
    assert list(unknown_hardware(engine)) == [
        (
            "2401.00001",
            (HardwareName("Boreas B2", 2, BOREAS.quote), HardwareName("Zephyr Q9", 4, ZEPHYR.quote)),
        ),
        ("2401.00002", ()),
    ]


def test_only_the_latest_version_and_its_newest_extraction_speak(engine: Engine, sample: Any) -> None:
    later = {"metadata": sample.metadata(version=2), "sha256": "b" * 64}
    sample.save(engine, sample.paper(unknown_hardware=(ZEPHYR,)))
    sample.save(engine, sample.paper(**later, unknown_hardware=(ZEPHYR, BOREAS)), hours=1)
    sample.save(engine, sample.paper(**later, unknown_hardware=(BOREAS,)), extractor="x2", hours=2)
    sample.save(engine, sample.paper(unknown_hardware=(ZEPHYR,)), extractor="x2", hours=3)
    assert list(unknown_hardware(engine)) == [("2401.00001", (HardwareName("Boreas B2", 2, BOREAS.quote),))]


def test_names_stored_before_sentences_were_are_still_read(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper())
    after = sample.noon + timedelta(hours=1)
    with engine.begin() as connection:
        connection.execute(schema.extractors.insert().values(extractor_version="names-only", first_used_at=after))
        connection.execute(
            schema.extractions.insert().values(
                document_sha256="a" * 64,
                extractor_version="names-only",
                extracted_at=after,
                page_count=10,
                unknown_hardware=["Zephyr Q9"],
            )
        )
    assert list(unknown_hardware(engine)) == [("2401.00001", (HardwareName("Zephyr Q9", None, None),))]


def test_hostile_text_is_stored_as_text(engine: Engine, sample: Any) -> None:
    hostile = UnknownHardware("Q9\x00", 1, "'; DROP TABLE claims; -- \ud800 %s :name")
    sample.save(engine, sample.paper(unknown_hardware=(hostile,)))
    ((_, (named,)),) = unknown_hardware(engine)
    assert named == HardwareName("Q9\ufffd", 1, "'; DROP TABLE claims; -- \ufffd %s :name")


@pytest.mark.parametrize(("page", "quote"), [(1, "x" * 501), (0, "No page has the number 0.")])
def test_more_than_a_sentence_or_no_page_is_refused_and_nothing_saved(
    engine: Engine, sample: Any, page: int, quote: str
) -> None:
    with pytest.raises(RecordError, match=r"aaaaaaaaaaaa, unknown hardware 'Q9' on page"):
        sample.save(engine, sample.paper(unknown_hardware=(UnknownHardware("Q9", page, quote),)))
    assert list(unknown_hardware(engine)) == []
