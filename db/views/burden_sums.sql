-- One row a paper, model and benchmark (null: of no certain one) of $runs: the sum over the model's stages. Of several runs of one stage (ablations,
-- alternatives) the largest counts; an unspecified stage is taken for training. A sum with ``stages_without_estimate`` above
-- 0 is a lower bound. Accelerator, method, evidence and the rule of the join are those of the largest run. (Windows
-- instead of GROUP BY: SQLite can then look at one paper without reading all.)
SELECT
    paper_key,
    version,
    title,
    published,
    model,
    benchmark,
    hardware_burden_flop_sum AS hardware_burden_flop,
    hardware_burden_low_sum AS hardware_burden_low,
    hardware_burden_high_sum AS hardware_burden_high,
    precision_aware_flop_sum AS precision_aware_flop,
    stated_training_flop,
    run_count,
    stage_count,
    stages_without_estimate,
    accelerator,
    method,
    CASE
        WHEN run_count = 0 THEN 'the paper states operations, but no accelerator or time for this model'
        ELSE reason
    END AS reason,
    page,
    quote,
    lowest_confidence AS confidence,
    CASE basis_rank WHEN 2 THEN 'curated' WHEN 1 THEN 'imported' ELSE 'machine' END AS basis,
    fact_key,
    join_rule,
    lowest_join_confidence AS join_confidence
FROM (
    SELECT
        staged.*,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_flop END) OVER whole AS hardware_burden_flop_sum,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_low END) OVER whole AS hardware_burden_low_sum,
        SUM(CASE WHEN place_in_stage = 1 THEN hardware_burden_high END) OVER whole AS hardware_burden_high_sum,
        SUM(CASE WHEN place_in_stage = 1 THEN precision_aware_flop END) OVER whole AS precision_aware_flop_sum,
        MAX(flop) OVER whole AS stated_training_flop,
        SUM(is_run) OVER whole AS run_count,
        SUM(CASE WHEN place_in_stage = 1 THEN is_run ELSE 0 END) OVER whole AS stage_count,
        SUM(CASE WHEN place_in_stage = 1 AND hardware_burden_flop IS NULL THEN is_run ELSE 0 END) OVER whole
            AS stages_without_estimate,
        MIN(CASE WHEN place_in_stage = 1 THEN confidence END) OVER whole AS lowest_confidence,
        MIN(CASE WHEN place_in_stage = 1 THEN join_confidence END) OVER whole AS lowest_join_confidence,
        MAX(CASE basis WHEN 'curated' THEN 2 WHEN 'imported' THEN 1 ELSE 0 END) OVER whole AS basis_rank,
        ROW_NUMBER() OVER (
            PARTITION BY paper_key, model, benchmark
            ORDER BY
                is_run DESC,
                CASE WHEN hardware_burden_flop IS NULL THEN 1 ELSE 0 END,
                hardware_burden_flop DESC,
                position
        ) AS place
    FROM (
        SELECT
            f.*,
            CASE WHEN f.kind = 'training_run' THEN 1 ELSE 0 END AS is_run,
            ROW_NUMBER() OVER (
                PARTITION BY
                    f.paper_key,
                    f.model,
                    f.benchmark,
                    f.kind,
                    CASE f.stage WHEN 'unspecified' THEN 'training' ELSE f.stage END
                ORDER BY
                    CASE WHEN f.hardware_burden_flop IS NULL THEN 1 ELSE 0 END, f.hardware_burden_flop DESC, f.position
            ) AS place_in_stage
        FROM $runs AS f
    ) AS staged
    WINDOW whole AS (PARTITION BY paper_key, model, benchmark)
) AS ranked
WHERE place = 1
