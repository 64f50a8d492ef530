-- One row a claim that counts, before any review: the machine's of the extraction in force, and what curators added on any PDF
-- of the paper (claims of the extractor ``curators``), which holds whatever PDF or extraction is in force. Where the machine
-- has come to state what a curator added, by the same key, the curator's row stands for both. ``read_sha256`` and ``read_by`` are
-- the PDF and extraction in force, ``document_sha256`` and ``extractor_version`` those that the claim is of.
SELECT
    d.paper_key,
    NULLIF(d.version, 0) AS version,
    d.document_sha256 AS read_sha256,
    d.extractor_version AS read_by,
    0 AS is_added,
    c.*
FROM documents_in_force AS d
JOIN claims AS c ON c.document_sha256 = d.document_sha256 AND c.extractor_version = d.extractor_version
WHERE NOT EXISTS (
    SELECT 1
    FROM claims AS added
    JOIN paper_versions AS pdf ON pdf.document_sha256 = added.document_sha256
    WHERE added.extractor_version = 'curators'
        AND added.fact_digest = c.fact_digest
        AND pdf.paper_key = d.paper_key
)
UNION ALL
SELECT
    d.paper_key,
    NULLIF(pdf.version, 0),
    d.document_sha256,
    d.extractor_version,
    1,
    c.*
FROM documents_in_force AS d
JOIN paper_versions AS pdf ON pdf.paper_key = d.paper_key
JOIN claims AS c ON c.document_sha256 = pdf.document_sha256 AND c.extractor_version = 'curators'
WHERE NOT EXISTS (
    SELECT 1
    FROM paper_versions AS later
    WHERE later.paper_key = pdf.paper_key
        AND later.document_sha256 = pdf.document_sha256
        AND later.version > pdf.version
)
