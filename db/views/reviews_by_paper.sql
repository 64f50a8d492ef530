-- One row a review and paper that it counts for. A review of a PDF without an id follows the PDF to the arXiv id under
-- which it is also had (to each, if several), as the PDF's facts do. ``place`` 1: the latest of its fact and field.
-- ``has_field``: the fact's kind has the field that is reviewed. A fact's digest says its kind, so any claim tells it.
SELECT
    r.review_id,
    COALESCE(v.paper_key, r.paper_key) AS paper_key,
    r.fact_digest,
    r.field,
    r.decision,
    r.reviewer,
    r.reviewed_at,
    r.value_text,
    r.value_number,
    r.reason,
    r.claim_id,
    r.seen,
    CASE (SELECT c.kind FROM claims AS c WHERE c.fact_digest = r.fact_digest LIMIT 1)
        WHEN 'training_run' THEN r.field IN (
            '', 'model', 'stage', 'accelerator', 'accelerator_count', 'count_unit', 'duration_hours',
            'duration_hours_low', 'duration_hours_high', 'device_hours', 'mixed_precision'
        )
        WHEN 'training_compute' THEN r.field IN ('', 'model', 'flop')
        WHEN 'result' THEN r.field IN (
            '', 'model', 'benchmark', 'metric', 'value', 'own', 'split', 'ensemble', 'extra_training_data', 'crops'
        )
        WHEN 'model_property' THEN r.field IN ('', 'model', 'property', 'quantity', 'benchmark', 'stage')
        ELSE FALSE
    END AS has_field,
    ROW_NUMBER() OVER (
        PARTITION BY COALESCE(v.paper_key, r.paper_key), r.fact_digest, r.field
        ORDER BY r.reviewed_at DESC, r.review_id DESC
    ) AS place
FROM reviews AS r
LEFT JOIN paper_versions AS v
    ON v.document_sha256 = SUBSTR(r.paper_key, 8)
    AND r.paper_key = 'sha256:' || v.document_sha256
    AND v.paper_key <> r.paper_key
    AND NOT EXISTS (
        SELECT 1 FROM paper_versions AS later
        WHERE later.document_sha256 = v.document_sha256 AND later.paper_key = v.paper_key AND later.version > v.version
    )
