-- One row a claim that counts, of every kind, accepted or candidate or rejected: the machine's claim, or what a curator added, with
-- the curators' values over it. The records of a withdrawn paper are gone. A corrected duration drops the machine's
-- range, a stage without a value is unspecified, and a count that is none counts as unknown. ``claimed_model`` is the model as the
-- machine read it, by which claims are joined to results; ``model_is_curated``: a curator gave the record its name.
-- ``corrections`` names the reviews that changed what the burden is
-- estimated from: an estimate stands for one claim with just these corrections, so that none is shown for values that it
-- was not made from.
SELECT
    stated.paper_key,
    stated.version,
    stated.paper_key || ':' || stated.fact_digest AS fact_key,
    stated.fact_digest,
    stated.claim_id,
    stated.kind,
    stated.position,
    CASE WHEN x.model_review IS NOT NULL THEN x.model ELSE stated.model END AS model,
    CASE WHEN x.stage_review IS NOT NULL THEN COALESCE(x.stage, 'unspecified') ELSE stated.stage END AS stage,
    CASE WHEN x.accelerator_review IS NOT NULL THEN x.accelerator ELSE stated.accelerator END AS accelerator,
    CASE
        WHEN x.accelerator_count_review IS NULL THEN stated.accelerator_count
        WHEN x.accelerator_count BETWEEN 1 AND 9007199254740992 THEN CAST(x.accelerator_count AS BIGINT)
    END AS accelerator_count,
    CASE WHEN x.count_unit_review IS NOT NULL THEN x.count_unit ELSE stated.count_unit END AS count_unit,
    CASE WHEN x.duration_hours_review IS NOT NULL THEN x.duration_hours ELSE stated.duration_hours END AS duration_hours,
    CASE
        WHEN x.duration_hours_low_review IS NOT NULL THEN x.duration_hours_low
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(stated.duration_hours, -1) THEN NULL
        ELSE stated.duration_hours_low
    END AS duration_hours_low,
    CASE
        WHEN x.duration_hours_high_review IS NOT NULL THEN x.duration_hours_high
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(stated.duration_hours, -1) THEN NULL
        ELSE stated.duration_hours_high
    END AS duration_hours_high,
    CASE WHEN x.device_hours_review IS NOT NULL THEN x.device_hours ELSE stated.device_hours END AS device_hours,
    CASE WHEN x.mixed_precision_review IS NOT NULL THEN x.mixed_precision <> 0 ELSE stated.mixed_precision END AS mixed_precision,
    CASE WHEN x.flop_review IS NOT NULL THEN x.flop ELSE stated.flop END AS flop,
    CASE WHEN x.benchmark_review IS NOT NULL THEN x.benchmark ELSE stated.benchmark END AS benchmark,
    CASE WHEN x.metric_review IS NOT NULL THEN x.metric ELSE stated.metric END AS metric,
    CASE WHEN x.value_review IS NOT NULL THEN x.value ELSE stated.value END AS value,
    CASE WHEN x.own_review IS NOT NULL THEN x.own <> 0 ELSE stated.own END AS own,
    CASE WHEN x.split_review IS NOT NULL THEN x.split ELSE stated.split END AS split,
    CASE WHEN x.ensemble_review IS NOT NULL THEN x.ensemble <> 0 ELSE stated.ensemble END AS ensemble,
    CASE
        WHEN x.extra_training_data_review IS NOT NULL THEN x.extra_training_data <> 0 ELSE stated.extra_training_data
    END AS extra_training_data,
    CASE
        WHEN x.crops_review IS NULL THEN stated.crops
        WHEN x.crops BETWEEN 1 AND 9007199254740992 THEN CAST(x.crops AS BIGINT)
    END AS crops,
    CASE WHEN x.property_review IS NOT NULL THEN x.property ELSE stated.property END AS property,
    CASE WHEN x.quantity_review IS NOT NULL THEN x.quantity ELSE stated.quantity END AS quantity,
    stated.model AS claimed_model,
    CASE
        WHEN stated.is_added = 1 OR x.model_review IS NOT NULL AND COALESCE(x.model, '') <> COALESCE(stated.model, '') THEN 1 ELSE 0
    END AS model_is_curated,
    stated.page,
    stated.bbox_x0_points,
    stated.bbox_y0_points,
    stated.bbox_x1_points,
    stated.bbox_y1_points,
    stated.evidence_boxes,
    stated.quote,
    stated.quote_start,
    stated.quote_end,
    stated.rules,
    stated.confidence,
    CASE WHEN x.record_decision = 'accept' THEN 'accepted' ELSE stated.status END AS status,
    CASE WHEN x.fact_digest IS NOT NULL THEN 'curated' ELSE stated.basis END AS basis,
    stated.document_sha256,
    stated.extractor_version,
    stated.read_sha256,
    stated.read_by,
    stated.is_added,
    p.title,
    p.published,
    x.record_decision,
    x.fact_digest IS NOT NULL AS is_reviewed,
    CASE
        WHEN x.accelerator_review IS NOT NULL AND COALESCE(x.accelerator, '') <> COALESCE(stated.accelerator, '')
            THEN x.accelerator_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.accelerator_count_review IS NOT NULL AND COALESCE(x.accelerator_count, -1) <> COALESCE(stated.accelerator_count, -1)
            THEN x.accelerator_count_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.count_unit_review IS NOT NULL AND COALESCE(x.count_unit, '') <> COALESCE(stated.count_unit, '')
            THEN x.count_unit_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(stated.duration_hours, -1)
            THEN x.duration_hours_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_low_review IS NOT NULL AND COALESCE(x.duration_hours_low, -1) <> COALESCE(stated.duration_hours_low, -1)
            THEN x.duration_hours_low_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_high_review IS NOT NULL AND COALESCE(x.duration_hours_high, -1) <> COALESCE(stated.duration_hours_high, -1)
            THEN x.duration_hours_high_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.device_hours_review IS NOT NULL AND COALESCE(x.device_hours, -1) <> COALESCE(stated.device_hours, -1)
            THEN x.device_hours_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.mixed_precision_review IS NOT NULL AND COALESCE(x.mixed_precision, -1) <> CASE WHEN stated.mixed_precision THEN 1 WHEN NOT stated.mixed_precision THEN 0 ELSE -1 END
            THEN x.mixed_precision_review || ' '
        ELSE ''
    END AS corrections
FROM claims_in_force AS stated
JOIN papers AS p ON p.paper_key = stated.paper_key
LEFT JOIN corrections_in_force AS x ON x.paper_key = stated.paper_key AND x.fact_digest = stated.fact_digest
WHERE NOT p.withdrawn
