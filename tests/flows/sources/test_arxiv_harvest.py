"""What is new at arXiv, by OAI-PMH."""

from __future__ import annotations

from datetime import date

import pytest
from loopback_arxiv import (
    Fault,
    LoopbackArxiv,
    altered,
    dropped,
    html,
    malformed,
    oai_error,
    status,
    truncated,
    xml_bomb,
)

from extractors.records import FailureCause, PaperMetadata
from flows.sources import AccessRefusedError, FoundPaper, SourceError
from flows.sources.harvest import harvest_changes, split_authors
from flows.sources.http import NoAnswerError, PoliteSession

SINCE = date(2024, 6, 3)


def harvest(http: PoliteSession, **options: object) -> list[FoundPaper]:
    return list(harvest_changes(http.config, since=SINCE, http=http, **options))  # type: ignore[arg-type]


def names(papers: list[FoundPaper]) -> list[str]:
    return [paper.name for paper in papers]


def test_a_record_gives_the_latest_version_with_its_dates(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add(
        "2402.01234",
        title="Neural &\n nets",
        abstract="Deep\nlearning.",
        authors=["A. One", "B. Two", "C. Three"],
        categories=["cs.CL", "cs.LG"],
        pdfs=[b"1", b"2", b"3"],
        submitted=[date(2024, 2, 1), date(2024, 3, 1), date(2024, 6, 3)],
        changed=date(2024, 6, 4),
    )
    assert harvest(http) == [
        FoundPaper(
            PaperMetadata(
                "2402.01234",
                3,
                title="Neural & nets",
                abstract="Deep learning.",
                authors=("A. One", "B. Two", "C. Three"),
                categories=("cs.CL", "cs.LG"),
                published=date(2024, 2, 1),
                updated=date(2024, 6, 3),
                license_url="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            ),
            "arxiv-oai",
            pdf_url=f"{arxiv.pdf_url}/2402.01234v3",
        )
    ]


def test_the_window_is_one_of_changes_and_holds_both_its_ends(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    for day in range(1, 9):
        arxiv.add(f"1801.0000{day}", submitted=[date(2018, 1, 1)], changed=date(2024, 6, day))
    assert names(harvest(http, until=date(2024, 6, 5))) == ["1801.00003v1", "1801.00004v1", "1801.00005v1"]
    with pytest.raises(SourceError, match="window is empty"):
        harvest(http, until=date(2024, 6, 2))


def test_lists_go_on_through_resumption_tokens(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.oai_page_size = 3
    for number in range(7):
        arxiv.add(f"2406.0000{number}", categories=["cs.CV"], changed=SINCE)
    assert names(harvest(http, sets=["cs"])) == [f"2406.0000{number}v1" for number in range(7)]
    assert [set(request.parameters) for request in arxiv.asked("oai")] == [
        {"verb", "metadataPrefix", "set", "from"},
        {"verb", "resumptionToken"},
        {"verb", "resumptionToken"},
    ]


def test_a_paper_in_two_sets_comes_once(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", categories=["cs.LG", "stat.ML", "eess.AS"])
    assert names(harvest(http)) == ["2406.00001v1"]
    assert [request.parameters["set"] for request in arxiv.asked("oai")] == ["cs", "eess", "stat"]


def test_an_expired_token_begins_the_list_anew_without_repeating_papers(
    arxiv: LoopbackArxiv, http: PoliteSession
) -> None:
    arxiv.oai_page_size = 2
    for number in range(5):
        arxiv.add(f"2406.0000{number}", categories=["cs.CV"], changed=SINCE)
    papers = harvest_changes(http.config, since=SINCE, sets=["cs"], http=http)
    first = [next(papers), next(papers)]
    arxiv.misbehave("oai", oai_error("badResumptionToken"))
    assert names([*first, *papers]) == [f"2406.0000{number}v1" for number in range(5)]


def test_a_list_that_outlives_many_tokens_comes_to_its_end(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.oai_page_size = 1
    for number in range(7):
        arxiv.add(f"2406.0000{number}", categories=["cs.CV"], changed=SINCE)
    well: Fault = lambda handler, reply: handler.send(reply)  # noqa: E731
    for pages in range(1, 6):
        arxiv.misbehave("oai", *[well] * pages, oai_error("badResumptionToken"))
    assert names(harvest(http, sets=["cs"])) == [f"2406.0000{number}v1" for number in range(7)]


def test_tokens_that_always_expire_end_the_run(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.oai_page_size = 1
    for number in range(3):
        arxiv.add(f"2406.0000{number}", categories=["cs.CV"], changed=SINCE)
    expired = oai_error("badResumptionToken")
    well: Fault = lambda handler, reply: handler.send(reply)  # noqa: E731
    arxiv.misbehave("oai", *[well, expired] * 10)
    with pytest.raises(SourceError, match=r"never gets beyond record 1, because its resumption token has expired"):
        harvest(http, sets=["cs"])


def test_a_withdrawn_version_has_no_pdf_but_its_predecessor_has(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", pdfs=[b"%PDF-", None])
    [paper] = harvest(http)
    assert paper.name == "2406.00001v2"
    assert paper.metadata.withdrawn
    assert paper.pdf_url is None
    assert paper.failure is None


def test_a_deleted_record_is_told(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", deleted=True, categories=["cs.LG"])
    arxiv.add("2406.00002", deleted=True, categories=["cs.DB"])
    removed, elsewhere = harvest(http)
    assert removed.metadata == PaperMetadata("2406.00001", categories=("cs.LG",), withdrawn=True)
    assert removed.failure is not None
    assert removed.failure.cause is FailureCause.WITHDRAWN
    assert (removed.relevant, elsewhere.relevant) == (True, False)


def test_categories_and_terms_mark_what_is_not_wanted(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", categories=["cs.DB"])
    arxiv.add("2406.00002", categories=["cs.LG"], title="Sampling", abstract="Of surveys.")
    arxiv.add("2406.00003", categories=["cs.DB", "cs.LG"])
    assert [(paper.name, paper.relevant) for paper in harvest(http, sets=["cs"])] == [
        ("2406.00001v1", False),
        ("2406.00002v1", False),
        ("2406.00003v1", True),
    ]


def test_nothing_new_is_no_error(http: PoliteSession) -> None:
    assert harvest(http) == []


@pytest.mark.parametrize(
    "fault",
    [
        altered(b"UTF-8", b"UTF-65A36"),
        malformed(),
        xml_bomb(),
        html(),
        dropped(),
        truncated(700),
        status(503, retry_after="30"),
        status(429),
    ],
    ids=["no such encoding", "malformed", "bomb", "html", "dropped", "truncated", "503", "429"],
)
def test_a_passing_fault_costs_a_pause_and_no_paper(arxiv: LoopbackArxiv, http: PoliteSession, fault: Fault) -> None:
    arxiv.oai_page_size = 2
    for number in range(4):
        arxiv.add(f"2406.0000{number}", categories=["cs.CV"], changed=SINCE)
    arxiv.misbehave("oai", fault)
    papers = harvest_changes(http.config, since=SINCE, sets=["cs"], http=http)
    first = [next(papers), next(papers)]
    arxiv.misbehave("oai", fault)
    assert names([*first, *papers]) == [f"2406.0000{number}v1" for number in range(4)]


def test_lasting_faults_end_the_run_with_their_reason(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001")
    arxiv.misbehave("oai", *[malformed()] * 4)
    with pytest.raises(NoAnswerError, match=r"/oai.*not well-formed"):
        harvest(http)
    arxiv.misbehave("oai", status(403))
    with pytest.raises(AccessRefusedError):
        harvest(http)
    arxiv.misbehave("oai", oai_error("badArgument", "from is too early"))
    with pytest.raises(SourceError, match="badArgument: from is too early"):
        harvest(http)


def test_a_record_that_can_not_be_read_costs_only_itself(
    arxiv: LoopbackArxiv, http: PoliteSession, caplog: pytest.LogCaptureFixture
) -> None:
    arxiv.add("2406.00001", pdfs=[])  # no version history
    arxiv.add("2406.00002")
    assert names(harvest(http, sets=["cs"])) == ["2406.00002v1"]
    assert "oai:arXiv.org:2406.00001" in caplog.text
    assert "no version history" in caplog.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'version="v1"', b'version="v99999999999999999999"'),
        (b"<date>Mon, 03 Jun 2024 17:30:00 GMT", b"<date>Fri, 31 Dec 9999 23:59:59 -2359"),
    ],
)
def test_numbers_and_dates_that_no_database_holds_cost_only_their_record(
    arxiv: LoopbackArxiv, http: PoliteSession, old: bytes, new: bytes
) -> None:
    arxiv.add("2406.00001")
    arxiv.add("2406.00002")
    arxiv.misbehave("oai", altered(old, new))
    assert names(harvest(http, sets=["cs"])) == ["2406.00002v1"]


def test_the_sets_are_those_of_the_categories(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", categories=["q-bio.NC"])
    assert [paper.relevant for paper in harvest(http, categories=["q-bio.NC", "cond-mat.dis-nn", "q-bio.QM"])] == [True]
    assert [request.parameters["set"] for request in arxiv.asked("oai")] == ["q-bio", "physics:cond-mat"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ada One", ("Ada One",)),
        ("A. One and B. Two", ("A. One", "B. Two")),
        ("A. One, B. Two, and C. Three", ("A. One", "B. Two", "C. Three")),
        ("Sandra Anderson, Ferdinand de Sande", ("Sandra Anderson", "Ferdinand de Sande")),
        ("A. One (1 and 2), B. Two (2) ((1) Uni, Town, (2) Lab)", ("A. One", "B. Two")),
        ("", ()),
    ],
)
def test_author_lines(written: str, expected: tuple[str, ...]) -> None:
    assert split_authors(written) == expected
