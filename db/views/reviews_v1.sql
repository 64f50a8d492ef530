-- One row a review, superseded and withdrawn ones too, and withdrawals. ``state``: matched (the machine, or what a curator added, states the fact in the version in force, and the
-- paper is not withdrawn; the review itself may have taken the record out) | stale (so it is, but the machine's value is
-- another than when it was reviewed; the review still overrides) | unmatched (no such fact, or it has no such field).
SELECT
    r.review_id,
    r.paper_key || ':' || r.fact_digest AS fact_key,
    r.paper_key AS arxiv_id,
    machine.kind,
    NULLIF(r.field, '') AS field,
    r.decision,
    r.value_text,
    r.value_number,
    r.reviewer,
    r.reviewed_at,
    r.reason,
    r.seen,
    (r.place = 1 AND r.stands) AS in_force,
    CASE
        WHEN machine.claim_id IS NULL THEN 'unmatched'
        WHEN reviewed.claim_id IS NULL THEN 'matched'
        WHEN CASE r.field
            WHEN '' THEN machine.value_digest <> reviewed.value_digest
            WHEN 'model' THEN COALESCE(machine.model, '') <> COALESCE(reviewed.model, '')
            WHEN 'stage' THEN COALESCE(machine.stage, '') <> COALESCE(reviewed.stage, '')
            WHEN 'accelerator' THEN COALESCE(machine.accelerator, '') <> COALESCE(reviewed.accelerator, '')
            WHEN 'accelerator_count' THEN COALESCE(machine.accelerator_count, -1) <> COALESCE(reviewed.accelerator_count, -1)
            WHEN 'count_unit' THEN COALESCE(machine.count_unit, '') <> COALESCE(reviewed.count_unit, '')
            WHEN 'duration_hours' THEN COALESCE(machine.duration_hours, -1) <> COALESCE(reviewed.duration_hours, -1)
            WHEN 'duration_hours_low' THEN COALESCE(machine.duration_hours_low, -1) <> COALESCE(reviewed.duration_hours_low, -1)
            WHEN 'duration_hours_high' THEN COALESCE(machine.duration_hours_high, -1) <> COALESCE(reviewed.duration_hours_high, -1)
            WHEN 'device_hours' THEN COALESCE(machine.device_hours, -1) <> COALESCE(reviewed.device_hours, -1)
            WHEN 'mixed_precision' THEN CASE WHEN machine.mixed_precision THEN 1 WHEN NOT machine.mixed_precision THEN 0 ELSE -1 END <> CASE WHEN reviewed.mixed_precision THEN 1 WHEN NOT reviewed.mixed_precision THEN 0 ELSE -1 END
            WHEN 'flop' THEN COALESCE(machine.flop, -1) <> COALESCE(reviewed.flop, -1)
            WHEN 'benchmark' THEN COALESCE(machine.benchmark, '') <> COALESCE(reviewed.benchmark, '')
            WHEN 'metric' THEN COALESCE(machine.metric, '') <> COALESCE(reviewed.metric, '')
            WHEN 'value' THEN (machine.value <> reviewed.value OR (machine.value IS NULL) <> (reviewed.value IS NULL))
            WHEN 'own' THEN CASE WHEN machine.own THEN 1 WHEN NOT machine.own THEN 0 ELSE -1 END <> CASE WHEN reviewed.own THEN 1 WHEN NOT reviewed.own THEN 0 ELSE -1 END
            WHEN 'split' THEN COALESCE(machine.split, '') <> COALESCE(reviewed.split, '')
            WHEN 'ensemble' THEN CASE WHEN machine.ensemble THEN 1 WHEN NOT machine.ensemble THEN 0 ELSE -1 END <> CASE WHEN reviewed.ensemble THEN 1 WHEN NOT reviewed.ensemble THEN 0 ELSE -1 END
            WHEN 'extra_training_data' THEN CASE WHEN machine.extra_training_data THEN 1 WHEN NOT machine.extra_training_data THEN 0 ELSE -1 END <> CASE WHEN reviewed.extra_training_data THEN 1 WHEN NOT reviewed.extra_training_data THEN 0 ELSE -1 END
            WHEN 'crops' THEN COALESCE(machine.crops, -1) <> COALESCE(reviewed.crops, -1)
            WHEN 'property' THEN COALESCE(machine.property, '') <> COALESCE(reviewed.property, '')
            WHEN 'quantity' THEN COALESCE(machine.quantity, -1) <> COALESCE(reviewed.quantity, -1)
        END THEN 'stale'
        ELSE 'matched'
    END AS state,
    r.claim_id AS reviewed_claim_id,
    machine.claim_id,
    r.withdraws,
    (r.decision <> 'withdraw' AND NOT r.stands) AS withdrawn
FROM reviews_by_paper AS r
LEFT JOIN papers AS p ON p.paper_key = r.paper_key AND NOT p.withdrawn
LEFT JOIN documents_in_force AS d ON d.paper_key = p.paper_key
LEFT JOIN claims AS machine
    ON r.has_field
    AND machine.claim_id = COALESCE(
        (
            SELECT added.claim_id
            FROM paper_versions AS pdf
            CROSS JOIN claims AS added
            WHERE pdf.paper_key = d.paper_key
                AND added.document_sha256 = pdf.document_sha256
                AND added.fact_digest = r.fact_digest
                AND added.extractor_version = 'curators'
            LIMIT 1
        ),
        (
            SELECT c.claim_id
            FROM claims AS c
            WHERE c.fact_digest = r.fact_digest
                AND c.document_sha256 = d.document_sha256
                AND c.extractor_version = d.extractor_version
            LIMIT 1
        )
    )
LEFT JOIN claims AS reviewed ON reviewed.claim_id = r.claim_id
