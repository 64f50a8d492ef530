"""Papers that two curators review independently: neither knows what the other decides, until both have settled it."""

from __future__ import annotations

from sqlalchemy import Connection

from db.narrowed import Narrowed

INDEPENDENT_REVIEWERS = 2
"""Of a paper that is chosen for double review."""

_REVIEWED_INDEPENDENTLY = f"""
SELECT d.paper_key
FROM documents_in_force AS d
JOIN double_reviews AS twice ON twice.paper_key = d.paper_key
WHERE (
    SELECT COUNT(DISTINCT s.reviewer)
    FROM settlements AS s
    WHERE s.paper_key = d.paper_key AND s.document_sha256 = d.document_sha256
) < {INDEPENDENT_REVIEWERS}
"""  # noqa: S608


def reviewed_independently(connection: Connection, narrowed: Narrowed) -> set[str]:
    """Those of the papers of which not both reviewers have settled the PDF in force."""
    return {paper["paper_key"] for paper in narrowed.rows(connection, _REVIEWED_INDEPENDENTLY)}
