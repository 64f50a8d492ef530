-- One row a fact in force, of every kind, accepted or candidate: the machine's claim with the curators' values over it.
-- A rejected record is gone, and so are the records of a withdrawn paper. A corrected duration drops the machine's
-- range, a stage without a value is unspecified, and a count that is none counts as unknown. ``claimed_model`` is the model as the
-- machine read it, by which claims are joined to results. ``corrections`` names the reviews that changed what the burden is
-- estimated from: an estimate stands for one claim with just these corrections, so that none is shown for values that it
-- was not made from.
SELECT
    d.paper_key,
    NULLIF(d.version, 0) AS version,
    d.paper_key || ':' || c.fact_digest AS fact_key,
    c.fact_digest,
    c.claim_id,
    c.kind,
    c.position,
    CASE WHEN x.model_review IS NOT NULL THEN x.model ELSE c.model END AS model,
    CASE WHEN x.stage_review IS NOT NULL THEN COALESCE(x.stage, 'unspecified') ELSE c.stage END AS stage,
    CASE WHEN x.accelerator_review IS NOT NULL THEN x.accelerator ELSE c.accelerator END AS accelerator,
    CASE
        WHEN x.accelerator_count_review IS NULL THEN c.accelerator_count
        WHEN x.accelerator_count BETWEEN 1 AND 9007199254740992 THEN CAST(x.accelerator_count AS BIGINT)
    END AS accelerator_count,
    CASE WHEN x.count_unit_review IS NOT NULL THEN x.count_unit ELSE c.count_unit END AS count_unit,
    CASE WHEN x.duration_hours_review IS NOT NULL THEN x.duration_hours ELSE c.duration_hours END AS duration_hours,
    CASE
        WHEN x.duration_hours_low_review IS NOT NULL THEN x.duration_hours_low
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(c.duration_hours, -1) THEN NULL
        ELSE c.duration_hours_low
    END AS duration_hours_low,
    CASE
        WHEN x.duration_hours_high_review IS NOT NULL THEN x.duration_hours_high
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(c.duration_hours, -1) THEN NULL
        ELSE c.duration_hours_high
    END AS duration_hours_high,
    CASE WHEN x.device_hours_review IS NOT NULL THEN x.device_hours ELSE c.device_hours END AS device_hours,
    CASE WHEN x.mixed_precision_review IS NOT NULL THEN x.mixed_precision <> 0 ELSE c.mixed_precision END AS mixed_precision,
    CASE WHEN x.flop_review IS NOT NULL THEN x.flop ELSE c.flop END AS flop,
    CASE WHEN x.benchmark_review IS NOT NULL THEN x.benchmark ELSE c.benchmark END AS benchmark,
    CASE WHEN x.metric_review IS NOT NULL THEN x.metric ELSE c.metric END AS metric,
    CASE WHEN x.value_review IS NOT NULL THEN x.value ELSE c.value END AS value,
    CASE WHEN x.own_review IS NOT NULL THEN x.own <> 0 ELSE c.own END AS own,
    CASE WHEN x.split_review IS NOT NULL THEN x.split ELSE c.split END AS split,
    CASE WHEN x.ensemble_review IS NOT NULL THEN x.ensemble <> 0 ELSE c.ensemble END AS ensemble,
    CASE
        WHEN x.extra_training_data_review IS NOT NULL THEN x.extra_training_data <> 0 ELSE c.extra_training_data
    END AS extra_training_data,
    CASE
        WHEN x.crops_review IS NULL THEN c.crops
        WHEN x.crops BETWEEN 1 AND 9007199254740992 THEN CAST(x.crops AS BIGINT)
    END AS crops,
    CASE WHEN x.property_review IS NOT NULL THEN x.property ELSE c.property END AS property,
    CASE WHEN x.quantity_review IS NOT NULL THEN x.quantity ELSE c.quantity END AS quantity,
    c.model AS claimed_model,
    CASE
        WHEN x.model_review IS NOT NULL AND COALESCE(x.model, '') <> COALESCE(c.model, '') THEN 1 ELSE 0
    END AS model_is_corrected,
    c.page,
    c.bbox_x0_points,
    c.bbox_y0_points,
    c.bbox_x1_points,
    c.bbox_y1_points,
    c.evidence_boxes,
    c.quote,
    c.quote_start,
    c.quote_end,
    c.rules,
    c.confidence,
    CASE WHEN x.record_decision = 'accept' THEN 'accepted' ELSE c.status END AS status,
    CASE WHEN x.fact_digest IS NOT NULL THEN 'curated' ELSE c.basis END AS basis,
    c.document_sha256,
    c.extractor_version,
    p.title,
    p.published,
    CASE
        WHEN x.accelerator_review IS NOT NULL AND COALESCE(x.accelerator, '') <> COALESCE(c.accelerator, '')
            THEN x.accelerator_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.accelerator_count_review IS NOT NULL AND COALESCE(x.accelerator_count, -1) <> COALESCE(c.accelerator_count, -1)
            THEN x.accelerator_count_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.count_unit_review IS NOT NULL AND COALESCE(x.count_unit, '') <> COALESCE(c.count_unit, '')
            THEN x.count_unit_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_review IS NOT NULL AND COALESCE(x.duration_hours, -1) <> COALESCE(c.duration_hours, -1)
            THEN x.duration_hours_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_low_review IS NOT NULL AND COALESCE(x.duration_hours_low, -1) <> COALESCE(c.duration_hours_low, -1)
            THEN x.duration_hours_low_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.duration_hours_high_review IS NOT NULL AND COALESCE(x.duration_hours_high, -1) <> COALESCE(c.duration_hours_high, -1)
            THEN x.duration_hours_high_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.device_hours_review IS NOT NULL AND COALESCE(x.device_hours, -1) <> COALESCE(c.device_hours, -1)
            THEN x.device_hours_review || ' '
        ELSE ''
    END
    ||
    CASE
        WHEN x.mixed_precision_review IS NOT NULL AND COALESCE(x.mixed_precision, -1) <> CASE WHEN c.mixed_precision THEN 1 WHEN NOT c.mixed_precision THEN 0 ELSE -1 END
            THEN x.mixed_precision_review || ' '
        ELSE ''
    END AS corrections
FROM documents_in_force AS d
JOIN papers AS p ON p.paper_key = d.paper_key
JOIN claims AS c ON c.document_sha256 = d.document_sha256 AND c.extractor_version = d.extractor_version
LEFT JOIN corrections_in_force AS x ON x.paper_key = d.paper_key AND x.fact_digest = c.fact_digest
WHERE NOT p.withdrawn AND COALESCE(x.record_decision, '') <> 'reject'
