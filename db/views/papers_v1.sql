-- One row a paper that any source told of. ``extraction_status``: done | failed | pending (PDF had, not read yet) |
-- known (no PDF yet). A failure shows until this or a later version of the paper has been read.
SELECT
    p.paper_key AS arxiv_id,
    NULLIF(d.version, 0) AS version,
    NULLIF(p.described_version, 0) AS latest_known_version,
    p.title,
    p.abstract,
    p.authors,
    p.categories,
    p.published,
    p.updated,
    p.withdrawn,
    p.license_url,
    p.doi,
    CASE
        WHEN d.paper_key IS NOT NULL THEN 'done'
        WHEN f.paper_key IS NOT NULL THEN 'failed'
        WHEN EXISTS (SELECT 1 FROM paper_versions AS v WHERE v.paper_key = p.paper_key) THEN 'pending'
        ELSE 'known'
    END AS extraction_status,
    f.cause AS failure_cause,
    f.message AS failure_message,
    NULLIF(f.version, 0) AS failure_version,
    f.failed_at,
    d.document_sha256,
    d.page_count,
    d.stamp,
    d.unknown_hardware,
    d.extractor_version,
    d.extracted_at
FROM papers AS p
LEFT JOIN documents_in_force AS d ON d.paper_key = p.paper_key
LEFT JOIN (
    SELECT
        g.*,
        ROW_NUMBER() OVER (
            PARTITION BY g.paper_key ORDER BY g.version DESC, g.failed_at DESC, g.document_sha256, g.extractor_version DESC
        ) AS place
    FROM failures AS g
) AS f ON f.paper_key = p.paper_key AND f.place = 1 AND (d.paper_key IS NULL OR f.version > d.version)
WHERE p.arxiv_id IS NOT NULL
    OR NOT EXISTS (
        SELECT 1
        FROM paper_versions AS own
        JOIN paper_versions AS other
            ON other.document_sha256 = own.document_sha256 AND other.paper_key <> own.paper_key
        WHERE own.paper_key = p.paper_key
    )
