-- One row a review and paper that it counts for. A review of a PDF without an id follows the PDF to the arXiv id under
-- which it is also had (to each, if several), as the PDF's facts do. ``stands``: it is no withdrawal, and none takes it back.
-- ``place`` 1: the latest of its fact and field that stands (if none stands, the latest). ``has_field``: the fact's kind has the
-- field that is reviewed. A fact's digest says its kind, so any claim tells it.
SELECT
    placed.*,
    ROW_NUMBER() OVER (
        PARTITION BY placed.paper_key, placed.fact_digest, placed.field
        ORDER BY CASE WHEN placed.stands THEN 0 ELSE 1 END, placed.reviewed_at DESC, placed.review_id DESC
    ) AS place
FROM (
    SELECT
        r.review_id,
        r.paper_key,
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
        r.withdraws,
        r.decision <> 'withdraw' AND NOT EXISTS (
            SELECT 1
            FROM reviews AS w
            WHERE w.withdraws = r.review_id AND w.fact_digest = r.fact_digest AND w.field = r.field
        ) AS stands,
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
        END AS has_field
    FROM (
        SELECT
            here.review_id,
            here.paper_key,
            here.fact_digest,
            here.field,
            here.decision,
            here.reviewer,
            here.reviewed_at,
            here.value_text,
            here.value_number,
            here.reason,
            here.claim_id,
            here.seen,
            here.withdraws
        FROM reviews AS here
        WHERE SUBSTR(here.paper_key, 1, 7) <> 'sha256:'
            OR NOT EXISTS (
                SELECT 1
                FROM paper_versions AS v
                WHERE v.document_sha256 = SUBSTR(here.paper_key, 8) AND v.paper_key <> here.paper_key
            )
        UNION ALL
        SELECT
            there.review_id,
            pdf.paper_key,
            there.fact_digest,
            there.field,
            there.decision,
            there.reviewer,
            there.reviewed_at,
            there.value_text,
            there.value_number,
            there.reason,
            there.claim_id,
            there.seen,
            there.withdraws
        FROM reviews AS there
        CROSS JOIN paper_versions AS pdf
        WHERE SUBSTR(there.paper_key, 1, 7) = 'sha256:'
            AND pdf.document_sha256 = SUBSTR(there.paper_key, 8)
            AND there.paper_key = 'sha256:' || pdf.document_sha256
            AND pdf.paper_key <> there.paper_key
            AND NOT EXISTS (
                SELECT 1
                FROM paper_versions AS later
                WHERE later.document_sha256 = pdf.document_sha256
                    AND later.paper_key = pdf.paper_key
                    AND later.version > pdf.version
            )
    ) AS r
) AS placed
