-- One row a claim that counts, before any review: the machine's of the extraction in force, and what curators added on any PDF
-- of the paper (claims of the extractor ``curators``), which holds whatever PDF or extraction is in force. Where the machine
-- has come to state what a curator added, by the same key, the curator's row stands for both. ``read_sha256`` and ``read_by`` are
-- the PDF and extraction in force, ``document_sha256`` and ``extractor_version`` those that the claim is of. (One join and no
-- union, and a CASE in place of OR: so PostgreSQL can tell about how many rows there are, and does not run what is joined
-- to them row by row. In other views, ``<>`` or ``<=`` stands in place of ``=`` for the same reason.)
SELECT
    d.paper_key,
    NULLIF(pdf.version, 0) AS version,
    d.document_sha256 AS read_sha256,
    d.extractor_version AS read_by,
    CASE WHEN c.extractor_version = 'curators' THEN 1 ELSE 0 END AS is_added,
    c.*
FROM documents_in_force AS d
JOIN paper_versions AS pdf ON pdf.paper_key = d.paper_key
JOIN claims AS c
    ON c.document_sha256 = pdf.document_sha256 AND c.extractor_version IN (d.extractor_version, 'curators')
WHERE CASE WHEN c.document_sha256 = d.document_sha256 THEN 1 WHEN c.extractor_version = 'curators' THEN 1 ELSE 0 END <> 0
    AND NOT EXISTS (
        SELECT 1
        FROM paper_versions AS later
        WHERE later.paper_key = pdf.paper_key
            AND later.document_sha256 = pdf.document_sha256
            AND later.version > pdf.version
    )
    AND NOT EXISTS (
        SELECT 1
        FROM paper_versions AS other_pdf
        CROSS JOIN claims AS added
        WHERE c.extractor_version <> 'curators'
            AND other_pdf.paper_key = d.paper_key
            AND added.document_sha256 = other_pdf.document_sha256
            AND added.fact_digest = c.fact_digest
            AND added.extractor_version = 'curators'
    )
