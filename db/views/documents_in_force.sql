-- One row a paper: the PDF and extraction that count (what curators added is no extraction). The latest version that has been extracted, of it the
-- PDF recorded last, and of its extractions the latest. A PDF without an id that is also had under
-- an arXiv id counts there only.
SELECT
    ranked.paper_key,
    ranked.version,
    ranked.document_sha256,
    ranked.extractor_version,
    ranked.extracted_at,
    ranked.page_count,
    ranked.stamp,
    ranked.unknown_hardware
FROM (
    SELECT
        v.paper_key,
        v.version,
        v.document_sha256,
        e.extractor_version,
        e.extracted_at,
        e.page_count,
        e.stamp,
        e.unknown_hardware,
        ROW_NUMBER() OVER (
            PARTITION BY v.paper_key
            ORDER BY v.version DESC, v.recorded_at DESC, v.document_sha256, e.extracted_at DESC, e.extractor_version DESC
        ) AS place
    FROM paper_versions AS v
    JOIN extractions AS e ON e.document_sha256 = v.document_sha256 AND e.extractor_version <> 'curators'
) AS ranked
WHERE ranked.place <= 1
    AND NOT (
        ranked.paper_key = 'sha256:' || ranked.document_sha256
        AND EXISTS (
            SELECT 1 FROM paper_versions AS other
            WHERE other.document_sha256 = ranked.document_sha256 AND other.paper_key <> ranked.paper_key
        )
    )
