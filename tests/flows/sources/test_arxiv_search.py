"""Papers by arXiv's search API, from a server that does not always behave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from loopback_arxiv import (
    Clock,
    Fault,
    LoopbackArxiv,
    altered,
    dropped,
    empty_page,
    html,
    malformed,
    status,
    xml_bomb,
)

import flows.sources.search as search_module
from extractors.records import FailureCause, PaperMetadata
from flows.sources import AccessRefusedError, ArxivConfig, FoundPaper, SourceError
from flows.sources.http import NoAnswerError, PoliteSession
from flows.sources.identifiers import BadArxivIdError
from flows.sources.relevance import RelevanceFilter
from flows.sources.search import papers_by_id, search_arxiv

SINCE, UNTIL = date(2024, 6, 3), date(2024, 6, 9)


def names(papers: list[FoundPaper]) -> list[str]:
    return [paper.name for paper in papers]


def week(http: PoliteSession, **options: object) -> list[FoundPaper]:
    return list(search_arxiv(http.config, since=SINCE, until=UNTIL, http=http, **options))  # type: ignore[arg-type]


def test_a_paper_arrives_with_all_that_the_feed_says(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add(
        "2406.01234",
        title="Neural nets &\n  neurons",
        abstract="  We train a <deep> network\nfor long. ",
        authors=["Ünal Ö.", "B. Sample"],
        categories=["cs.CV", "cs.LG"],
        pdfs=[b"1", b"2"],
        submitted=[date(2024, 6, 4), date(2024, 6, 30)],
    )
    assert week(http) == [
        FoundPaper(
            PaperMetadata(
                "2406.01234",
                2,
                title="Neural nets & neurons",
                abstract="We train a <deep> network for long.",
                authors=("Ünal Ö.", "B. Sample"),
                categories=("cs.CV", "cs.LG"),
                published=date(2024, 6, 4),
                updated=date(2024, 6, 30),
            ),
            "arxiv-search",
            pdf_url=f"{arxiv.pdf_url}/2406.01234v2",
        )
    ]


def test_both_ends_of_the_window_are_in_it(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    for day in range(1, 12):
        arxiv.add(f"2406.000{day:02d}", submitted=[date(2024, 6, day)])
    assert names(week(http)) == [f"2406.000{day:02d}v1" for day in range(3, 10)]


def test_an_empty_window_is_refused(http: PoliteSession) -> None:
    with pytest.raises(SourceError, match="begins on 2024-06-09 and ends on 2024-06-03"):
        list(search_arxiv(http.config, since=UNTIL, until=SINCE, http=http))
    assert http.config.delay_seconds >= 3


def test_other_categories_are_not_asked_for(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", categories=["cs.DB"], submitted=[SINCE])
    arxiv.add("2406.00002", categories=["math.OC", "stat.ML"], submitted=[SINCE])
    assert names(week(http)) == ["2406.00002v1"]
    assert names(week(http, categories=["cs.DB"])) == ["2406.00001v1"]


def test_papers_that_fail_the_filter_come_marked_and_do_not_count_towards_the_limit(
    arxiv: LoopbackArxiv, http: PoliteSession
) -> None:
    arxiv.add("2406.00001", title="Sampling", abstract="Of surveys.", submitted=[SINCE])
    arxiv.add("2406.00002", title="Deep learning", submitted=[SINCE])
    arxiv.add("2406.00003", title="Deep learning again", submitted=[SINCE])
    assert [(paper.name, paper.relevant) for paper in week(http, limit=1)] == [
        ("2406.00001v1", False),
        ("2406.00002v1", True),
    ]


def test_a_query_of_ones_own_says_what_is_relevant(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", title="Sampling", abstract="Of surveys.", submitted=[SINCE])
    arxiv.add("2406.00002", title="Deep learning", abstract="Of images.", submitted=[SINCE])
    assert [(paper.name, paper.relevant) for paper in week(http, query="all:surveys")] == [("2406.00001v1", True)]
    terms = RelevanceFilter.from_terms(["images"])
    assert [paper.relevant for paper in week(http, query="all:surveys", relevance=terms)] == [False]


def test_many_results_come_page_by_page_none_twice_none_lost(
    arxiv: LoopbackArxiv, http: PoliteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "RESULTS_PER_PAGE", 4)
    for number in range(10):
        arxiv.add(f"2406.{number:05d}", submitted=[SINCE])
    assert names(week(http)) == [f"2406.{number:05d}v1" for number in range(10)]
    assert [request.parameters["start"] for request in arxiv.asked("api")] == ["0", "4", "8"]


def test_a_paper_that_moves_to_the_next_page_meanwhile_comes_once(
    arxiv: LoopbackArxiv, http: PoliteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "RESULTS_PER_PAGE", 2)
    for number in (1, 2, 3):
        arxiv.add(f"2406.0000{number}", submitted=[SINCE])
    papers = search_arxiv(http.config, since=SINCE, until=UNTIL, http=http)
    first = [next(papers), next(papers)]
    arxiv.add("2406.00000", submitted=[SINCE])
    assert names([*first, *papers]) == ["2406.00001v1", "2406.00002v1", "2406.00003v1"]


def test_a_window_with_too_many_results_is_halved_until_each_fits(
    arxiv: LoopbackArxiv, http: PoliteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "MAX_RESULTS_PER_QUERY", 5)
    for number in range(28):
        arxiv.add(f"2406.{number:05d}", submitted=[SINCE + timedelta(days=number % 7)])
    assert sorted(names(week(http))) == [f"2406.{number:05d}v1" for number in range(28)]
    windows = [request.parameters["search_query"].partition("submittedDate:")[2] for request in arxiv.asked("api")]
    assert windows[:2] == ["[202406030000 TO 202406092359]", "[202406030000 TO 202406061159]"]


def test_pages_never_ask_for_more_than_arxiv_allows() -> None:
    assert search_module.RESULTS_PER_PAGE <= 2_000
    assert search_module.MAX_RESULTS_PER_QUERY <= 30_000


@pytest.mark.parametrize(
    "fault",
    [
        empty_page(),
        empty_page(total=0),
        malformed(),
        xml_bomb(),
        html(),
        dropped(),
        status(429),
        status(503, retry_after="9"),
        status(500),
    ],
    ids=["empty", "empty-and-none", "malformed", "bomb", "html", "dropped", "429", "503", "500"],
)
def test_a_passing_fault_costs_a_pause_and_no_paper(
    arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(search_module, "RESULTS_PER_PAGE", 2)
    for number in range(4):
        arxiv.add(f"2406.{number:05d}", submitted=[SINCE])
    arxiv.misbehave("api", fault)
    papers = search_arxiv(http.config, since=SINCE, until=UNTIL, http=http)
    first = [next(papers), next(papers)]
    arxiv.misbehave("api", fault)  # on the second page as well
    assert names([*first, *papers]) == [f"2406.{number:05d}v1" for number in range(4)]
    assert len(arxiv.asked("api")) == 4
    assert min(clock.pauses) >= 3.0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(empty_page(), "1 results are announced"), (malformed(), "not well-formed"), (html(), "not well-formed")],
)
def test_a_lasting_fault_ends_the_run_with_its_reason(
    arxiv: LoopbackArxiv, http: PoliteSession, fault: Fault, reason: str
) -> None:
    arxiv.add("2406.00001", submitted=[SINCE])
    arxiv.misbehave("api", *[fault] * 4)
    with pytest.raises(NoAnswerError, match=reason):
        week(http)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<updated>2024-06-03T17:30:00Z", b"<updated>2024-06-03T17:-1:00Z"),
        (b"<published>2024-06-03T17:30:00Z", b"<published>0001-01-01T00:00:00+23:59"),
        (b"abs/2406.00001v1</id>", b"abs/2476.00001v99999999999999999999</id>"),
    ],
)
def test_an_entry_that_can_not_be_read_costs_only_itself(
    arxiv: LoopbackArxiv, http: PoliteSession, caplog: pytest.LogCaptureFixture, old: bytes, new: bytes
) -> None:
    for number in (1, 2, 3):
        arxiv.add(f"2406.0000{number}", submitted=[SINCE])
    arxiv.misbehave("api", altered(old, new))
    assert names(week(http)) == ["2406.00002v1", "2406.00003v1"]
    assert "passed over the search result 'http://arxiv.org/abs/24" in caplog.text


def test_a_total_that_is_no_number_of_papers_is_asked_for_again(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("2406.00001", submitted=[SINCE])
    arxiv.misbehave("api", *[altered(b"Results>1<", b"Results>%s<" % total) for total in (b"9" * 5000, "²".encode())])
    assert names(week(http)) == ["2406.00001v1"]


def test_a_refusal_ends_the_run(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.misbehave("api", status(403))
    with pytest.raises(AccessRefusedError, match="403"):
        week(http)


def test_nothing_found_is_believed_after_looking_again(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    assert week(http) == []
    assert len(arxiv.asked("api")) == 3


def test_ids_with_and_without_version_in_the_order_asked(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("1706.03762", pdfs=[b"1", b"2", b"3"])
    arxiv.add("1412.6980", pdfs=[b"1"])
    arxiv.add("cs/0112017", pdfs=[b"1", b"2"], title="No network at all", abstract="", categories=["cs.DL"])
    asked = ["cs/0112017", "1706.03762v2", "arXiv:1412.6980", "1706.03762", "cs/0112017"]
    papers = list(papers_by_id(http.config, asked, http=http))
    assert names(papers) == ["cs/0112017v2", "1706.03762v2", "1412.6980v1", "1706.03762v3"]
    assert all(paper.relevant and paper.failure is None for paper in papers)
    assert papers[0].pdf_url == f"{arxiv.pdf_url}/cs/0112017v2"


def test_unknown_ids_come_back_with_their_failure(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.add("1706.03762")
    papers = list(papers_by_id(http.config, ["1706.99999", "1706.03762", "1706.03762v9"], http=http))
    assert [(paper.name, paper.failure and str(paper.failure)) for paper in papers] == [
        ("1706.99999", "arXiv knows no 1706.99999"),
        ("1706.03762v1", None),
        ("1706.03762v9", "arXiv knows no 1706.03762v9"),
    ]
    assert papers[0].failure is not None
    assert papers[0].failure.cause is FailureCause.DOWNLOAD


def test_bad_ids_are_all_named_before_anything_is_asked(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    with pytest.raises(BadArxivIdError, match=r"'attention'[\s\S]*'1706'"):
        list(papers_by_id(http.config, ["attention", "1706.03762", "1706"], http=http))
    assert arxiv.requests == []


def test_many_ids_go_in_batches(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    ids = [f"2406.{number:05d}" for number in range(150)]
    for arxiv_id in ids:
        arxiv.add(arxiv_id)
    assert names(list(papers_by_id(http.config, ids, http=http))) == [f"{arxiv_id}v1" for arxiv_id in ids]
    assert len(arxiv.asked("api")) == 2


def test_an_id_that_arxiv_rejects_costs_only_itself(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    ids = ["2406.00001", "2406.00002", "2406.00003"]
    for arxiv_id in ids:
        arxiv.add(arxiv_id)
    arxiv.misbehave("api", status(400), status(400))  # the batch of three, then its first half
    papers = list(papers_by_id(http.config, ids, http=http))
    assert [paper.failure is None for paper in papers] == [False, True, True]


def test_the_defaults_are_arxivs_own_addresses() -> None:
    config = ArxivConfig()
    assert config.api_url == "https://export.arxiv.org/api/query"
    assert config.delay_seconds == 3.0
