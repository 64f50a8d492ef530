-- One row a model, benchmark and metric: the best of the paper's own results beside the burden of that model.
WITH own_results AS (
    SELECT
        f.*,
        ROW_NUMBER() OVER (
            PARTITION BY f.paper_key, f.model, f.benchmark, f.metric ORDER BY f.value DESC, f.position
        ) AS place
    FROM facts_in_force AS f
    WHERE f.kind = 'result' AND f.status = 'accepted' AND f.own
)
SELECT
    r.paper_key AS arxiv_id,
    r.version,
    r.title,
    r.published,
    r.model,
    r.benchmark,
    r.metric,
    r.value,
    b.hardware_burden_flop,
    b.hardware_burden_low,
    b.hardware_burden_high,
    b.precision_aware_flop,
    b.stated_training_flop,
    CAST(NULL AS DOUBLE PRECISION) AS network_operations_flop,
    b.accelerator,
    b.method,
    r.page AS result_page,
    r.quote AS result_evidence,
    r.confidence AS result_confidence,
    r.basis AS result_basis,
    r.fact_key AS result_fact_key,
    b.page AS burden_page,
    b.confidence AS burden_confidence,
    b.basis AS burden_basis,
    b.fact_key AS burden_fact_key
FROM own_results AS r
LEFT JOIN burden_v1 AS b ON b.arxiv_id = r.paper_key AND COALESCE(b.model, '') = COALESCE(r.model, '')
WHERE r.place = 1
