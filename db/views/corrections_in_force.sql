-- One row a reviewed fact: the latest review of each field, side by side. FIELD_review is the review's id,
-- FIELD the value that it puts in force (null: the paper does not state it).
SELECT
    latest.paper_key,
    latest.fact_digest,
    MAX(CASE WHEN latest.field = '' THEN latest.decision END) AS record_decision,
    MAX(CASE WHEN latest.field = 'model' THEN latest.review_id END) AS model_review,
    MAX(CASE WHEN latest.field = 'model' THEN latest.value_text END) AS model,
    MAX(CASE WHEN latest.field = 'stage' THEN latest.review_id END) AS stage_review,
    MAX(CASE WHEN latest.field = 'stage' THEN latest.value_text END) AS stage,
    MAX(CASE WHEN latest.field = 'accelerator' THEN latest.review_id END) AS accelerator_review,
    MAX(CASE WHEN latest.field = 'accelerator' THEN latest.value_text END) AS accelerator,
    MAX(CASE WHEN latest.field = 'accelerator_count' THEN latest.review_id END) AS accelerator_count_review,
    MAX(CASE WHEN latest.field = 'accelerator_count' THEN latest.value_number END) AS accelerator_count,
    MAX(CASE WHEN latest.field = 'count_unit' THEN latest.review_id END) AS count_unit_review,
    MAX(CASE WHEN latest.field = 'count_unit' THEN latest.value_text END) AS count_unit,
    MAX(CASE WHEN latest.field = 'duration_hours' THEN latest.review_id END) AS duration_hours_review,
    MAX(CASE WHEN latest.field = 'duration_hours' THEN latest.value_number END) AS duration_hours,
    MAX(CASE WHEN latest.field = 'duration_hours_low' THEN latest.review_id END) AS duration_hours_low_review,
    MAX(CASE WHEN latest.field = 'duration_hours_low' THEN latest.value_number END) AS duration_hours_low,
    MAX(CASE WHEN latest.field = 'duration_hours_high' THEN latest.review_id END) AS duration_hours_high_review,
    MAX(CASE WHEN latest.field = 'duration_hours_high' THEN latest.value_number END) AS duration_hours_high,
    MAX(CASE WHEN latest.field = 'device_hours' THEN latest.review_id END) AS device_hours_review,
    MAX(CASE WHEN latest.field = 'device_hours' THEN latest.value_number END) AS device_hours,
    MAX(CASE WHEN latest.field = 'mixed_precision' THEN latest.review_id END) AS mixed_precision_review,
    MAX(CASE WHEN latest.field = 'mixed_precision' THEN latest.value_number END) AS mixed_precision,
    MAX(CASE WHEN latest.field = 'flop' THEN latest.review_id END) AS flop_review,
    MAX(CASE WHEN latest.field = 'flop' THEN latest.value_number END) AS flop,
    MAX(CASE WHEN latest.field = 'benchmark' THEN latest.review_id END) AS benchmark_review,
    MAX(CASE WHEN latest.field = 'benchmark' THEN latest.value_text END) AS benchmark,
    MAX(CASE WHEN latest.field = 'metric' THEN latest.review_id END) AS metric_review,
    MAX(CASE WHEN latest.field = 'metric' THEN latest.value_text END) AS metric,
    MAX(CASE WHEN latest.field = 'value' THEN latest.review_id END) AS value_review,
    MAX(CASE WHEN latest.field = 'value' THEN latest.value_number END) AS value,
    MAX(CASE WHEN latest.field = 'own' THEN latest.review_id END) AS own_review,
    MAX(CASE WHEN latest.field = 'own' THEN latest.value_number END) AS own
FROM (
    SELECT
        r.*,
        ROW_NUMBER() OVER (
            PARTITION BY r.paper_key, r.fact_digest, r.field ORDER BY r.reviewed_at DESC, r.review_id DESC
        ) AS place
    FROM reviews AS r
) AS latest
WHERE latest.place = 1
GROUP BY latest.paper_key, latest.fact_digest
