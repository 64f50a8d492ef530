"""What strangers submitted, for curators: the list, and the page on which a submission is talked about and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from db.desk import PaperRecords
from db.errors import RecordError
from db.reviews import Conflict
from db.submission_decisions import decide, decline
from db.submission_reading import Submission, submission, submission_counts, submissions
from db.submissions import LONGEST_MESSAGE, OPEN, ClosedError, Status, ask
from portal.contribute.approval import APPROVE, DECLINE, MERGE, decided, record_address, shown_reviews
from portal.contribute.conversation import STATUS_WORDS
from portal.contribute.differences import differences, proposed_burden
from portal.desk.decisions import Author, DecisionError, Form
from portal.desk.rendering import conflict_words
from portal.desk.saving import Posted, paper_seen_by
from portal.desk.word_evidence import PageWord
from portal.pages import page
from portal.paper_keys import paper_address
from portal.security import Curator, Session
from portal.services import PageUnavailableError, Services, Wired

ADDRESS = "/desk/submissions"
A_PAGE = 50
_MOST_PAGES = 10_000
_SHOWN: dict[str, tuple[str, tuple[Status, ...]]] = {
    "open": ("open", OPEN),
    "approved": ("approved", (Status.APPROVED,)),
    "declined": ("declined", (Status.DECLINED,)),
}

router = APIRouter(prefix=ADDRESS)


@router.get("")
def listing(
    request: Request,
    services: Wired,
    curator: Curator,
    show: str = "open",
    page_number: Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)] = 1,
) -> Response:
    """The open ones, the oldest first; ``?show=approved``, ``?show=declined``."""
    if show not in _SHOWN:
        raise HTTPException(422, f"There are submissions that are {', '.join(_SHOWN)}.")
    statuses = _SHOWN[show][1]
    counts = submission_counts(services.engine)
    rows = submissions(services.engine, statuses, A_PAGE * (page_number - 1), A_PAGE + 1)
    return page(
        request,
        "contribute/desk_list.html",
        rows=rows[:A_PAGE],
        show=show,
        tabs=[(name, words, sum(counts[each] for each in those)) for name, (words, those) in _SHOWN.items()],
        page_number=page_number,
        has_more=len(rows) > A_PAGE,
        status_words=STATUS_WORDS,
        address=ADDRESS,
    )


@dataclass(frozen=True, slots=True)
class _Call:
    """A submission with the paper that it is about, before a curator."""

    request: Request
    services: Services
    curator: Session
    submission: Submission
    paper: PaperRecords | None
    """As this curator may see it; None while it was never read."""


def _call(
    request: Request, services: Wired, curator: Curator, number: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> _Call:
    found = submission(services.engine, number)
    if found is None:
        raise HTTPException(404, f"There is no submission {number}.")
    return _Call(request, services, curator, found, paper_seen_by(services, found.paper_key, curator.user.name))


Called = Annotated[_Call, Depends(_call)]


@router.get("/{number}")
def one(call: Called) -> Response:
    return _page(call)


@router.post("/{number}")
def act(call: Called, form: Posted) -> Response:
    """``action``: ``ask`` a question, ``decline`` all that is open for a reason, or ``decide`` on its records."""
    engine, number, name = call.services.engine, call.submission.number, call.curator.user.name
    now, said, with_letter = call.services.now(), form.get("message", ""), call.services.wake_mail is not None
    try:
        if not call.submission.status.is_open:
            raise ClosedError("This submission is decided, and nothing more can be done with it.")
        match form.get("action"):
            case "ask":
                ask(engine, number, said, now, name, with_letter)
            case "decline":
                decline(engine, number, name, now, said, with_letter)
            case "decide":
                conflicts = _decide(call, form, Author(name, now), said)
                if conflicts:
                    told = [conflict_words(conflict)["words"] for conflict in conflicts]
                    return _page(call, form, "Not saved: others decided this since.", told, 409)
            case _:
                raise DecisionError("That is nothing that can be done here.")
    except (DecisionError, RecordError, ClosedError, PageUnavailableError) as refused:
        return _page(call, form, str(refused), status=409 if isinstance(refused, ClosedError) else 422)
    if call.services.wake_mail:
        call.services.wake_mail()
    return RedirectResponse(f"{ADDRESS}/{number}", 303)


def _decide(call: _Call, form: Form, author: Author, said: str) -> list[Conflict]:
    """Save decisions with their reviews; the conflicts for which nothing was saved."""
    services, paper = call.services, call.paper

    def words(page_number: int) -> Sequence[PageWord]:
        return services.page_words(paper.document_sha256, page_number).words if paper else ()

    wanted = decided(form, differences(call.submission.items, paper), paper, words, author, call.submission.number)
    if paper is not None and paper.is_reviewed_independently:
        # who reviews independently is told of no conflict with what is hidden
        wanted = wanted.over_all()
    conflicts = decide(
        services.engine, call.submission.number, wanted, author.name, author.at, said, services.wake_mail is not None
    )
    if paper is not None and not conflicts:
        services.reestimate(paper.paper_key)
    return conflicts


def _page(
    call: _Call, form: Form | None = None, problem: str = "", conflicts: Sequence[str] = (), status: int = 200
) -> Response:
    """The page; after a refusal with what was chosen and typed."""
    found, paper = call.submission, call.paper
    desk_address = paper_address(found.paper_key) if paper else ""
    return page(
        call.request,
        "contribute/desk_submission.html",
        status=status,
        submission=found,
        differences=differences(found.items, paper),
        paper=paper,
        burden_of=lambda one: proposed_burden(one, paper, call.services.catalogue),
        desk_address=desk_address,
        record_address=lambda fact: record_address(desk_address, fact),
        shown_reviews=shown_reviews,
        status_words=STATUS_WORDS,
        address=f"{ADDRESS}/{found.number}",
        list_address=ADDRESS,
        form=form or Form(),
        problem=problem,
        conflicts=conflicts,
        longest=LONGEST_MESSAGE,
        choices={"approve": APPROVE, "merge": MERGE, "decline": DECLINE},
    )
