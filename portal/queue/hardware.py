"""Hardware that papers name and the catalogue lacks: what to look up, and the row to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from db.desk_queue import new_hardware as named_hardware
from db.desk_queue import queue_progress
from extractors.lexicon.unknown_names import UnknownAccelerator, unknown_accelerators
from portal.desk.accelerator_rows import proposed_row, source_of
from portal.pages import page
from portal.paper_keys import paper_address
from portal.security import Reader, Role
from portal.services import Wired

_NAMES_A_PAGE = 100
_PAPERS_TOLD = 8

router = APIRouter()


@dataclass(frozen=True, slots=True)
class NewName:
    """A name with where it was met, and a line for the catalogue's file."""

    accelerator: UnknownAccelerator
    papers: tuple[tuple[str, str], ...]
    """Key and address of the first that name it."""
    proposed_row: str


@router.get("/desk/hardware")
def new_hardware(request: Request, services: Wired, reader: Reader) -> Response:
    """The names of most papers first. They are told from hardware by a person, so nothing can be added here."""
    report = unknown_accelerators(named_hardware(services.engine), services.catalogue)
    return page(
        request,
        "queue/hardware.html",
        names=[_new_name(each) for each in report.accelerators[:_NAMES_A_PAGE]],
        name_count=len(report.accelerators),
        paper_count=queue_progress(services.engine).papers,
        may_review=reader.user.role.may(Role.CURATOR),
    )


def _new_name(accelerator: UnknownAccelerator) -> NewName:
    return NewName(
        accelerator,
        tuple((key, paper_address(key)) for key in accelerator.papers[:_PAPERS_TOLD]),
        proposed_row(accelerator.name, source_of(accelerator.papers[0])),
    )
