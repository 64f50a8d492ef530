-- One row a paper and model (null: the model is not named): the sum over its stages. Of several runs of one
-- stage (ablations, alternatives) the largest counts. A sum with ``stages_without_estimate`` above 0 is a lower bound.
WITH runs AS (
    SELECT
        f.*,
        ROW_NUMBER() OVER (
            PARTITION BY f.paper_key, f.model, f.stage
            ORDER BY CASE WHEN f.hardware_burden_flop IS NULL THEN 1 ELSE 0 END, f.hardware_burden_flop DESC, f.position
        ) AS place_in_stage,
        ROW_NUMBER() OVER (
            PARTITION BY f.paper_key, f.model
            ORDER BY CASE WHEN f.hardware_burden_flop IS NULL THEN 1 ELSE 0 END, f.hardware_burden_flop DESC, f.position
        ) AS place_in_model
    FROM facts_in_force AS f
    WHERE f.kind = 'training_run' AND f.status = 'accepted'
),
summed AS (
    SELECT
        paper_key,
        model,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_flop END) AS hardware_burden_flop,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_low END) AS hardware_burden_low,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_high END) AS hardware_burden_high,
        SUM(CASE WHEN place_in_stage = 1 THEN precision_aware_flop END) AS precision_aware_flop,
        COUNT(*) AS run_count,
        COUNT(DISTINCT stage) AS stage_count,
        SUM(CASE WHEN place_in_stage = 1 AND hardware_burden_flop IS NULL THEN 1 ELSE 0 END) AS stages_without_estimate,
        MIN(CASE WHEN place_in_stage = 1 THEN confidence END) AS confidence,
        MAX(CASE WHEN basis = 'curated' THEN 2 WHEN basis = 'imported' THEN 1 ELSE 0 END) AS basis_rank,
        MAX(CASE WHEN place_in_model = 1 THEN accelerator END) AS accelerator,
        MAX(CASE WHEN place_in_model = 1 THEN method END) AS method,
        MAX(CASE WHEN place_in_model = 1 THEN reason END) AS reason,
        MAX(CASE WHEN place_in_model = 1 THEN page END) AS page,
        MAX(CASE WHEN place_in_model = 1 THEN quote END) AS evidence,
        MAX(CASE WHEN place_in_model = 1 THEN fact_key END) AS fact_key
    FROM runs
    GROUP BY paper_key, model
),
stated AS (
    SELECT paper_key, model, MAX(flop) AS stated_training_flop
    FROM facts_in_force
    WHERE kind = 'training_compute' AND status = 'accepted'
    GROUP BY paper_key, model
),
models AS (
    SELECT paper_key, model FROM summed
    UNION
    SELECT paper_key, model FROM stated
)
SELECT
    m.paper_key AS arxiv_id,
    NULLIF(d.version, 0) AS version,
    p.title,
    p.published,
    m.model,
    s.hardware_burden_flop,
    s.hardware_burden_low,
    s.hardware_burden_high,
    s.precision_aware_flop,
    t.stated_training_flop,
    COALESCE(s.run_count, 0) AS run_count,
    COALESCE(s.stage_count, 0) AS stage_count,
    COALESCE(s.stages_without_estimate, 0) AS stages_without_estimate,
    s.accelerator,
    s.method,
    CASE
        WHEN s.paper_key IS NULL THEN 'the paper states operations, and no accelerator or time for this model'
        ELSE s.reason
    END AS reason,
    s.page,
    s.evidence,
    s.confidence,
    CASE s.basis_rank WHEN 2 THEN 'curated' WHEN 1 THEN 'imported' WHEN 0 THEN 'machine' END AS basis,
    s.fact_key
FROM models AS m
JOIN papers AS p ON p.paper_key = m.paper_key
JOIN documents_in_force AS d ON d.paper_key = m.paper_key
LEFT JOIN summed AS s ON s.paper_key = m.paper_key AND COALESCE(s.model, '') = COALESCE(m.model, '')
LEFT JOIN stated AS t ON t.paper_key = m.paper_key AND COALESCE(t.model, '') = COALESCE(m.model, '')
