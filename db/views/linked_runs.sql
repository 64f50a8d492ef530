-- One row an accepted training run or stated computing in force, and model and benchmark of the paper's results that it is
-- of, by the surest way; ``stated_model`` is the model that the run itself names.
SELECT *
FROM (
    SELECT
        paper_key,
        version,
        title,
        published,
        result_model AS model,
        result_benchmark AS benchmark,
        model AS stated_model,
        kind,
        stage,
        hardware_burden_flop,
        hardware_burden_low,
        hardware_burden_high,
        precision_aware_flop,
        flop,
        accelerator,
        method,
        reason,
        page,
        quote,
        confidence,
        basis,
        fact_key,
        claim_id,
        position,
        join_rule,
        join_confidence,
        ROW_NUMBER() OVER (
            PARTITION BY paper_key, result_model, result_benchmark, claim_id
            ORDER BY
                CASE join_rule WHEN 'join.curated' THEN 0 ELSE 1 END,
                COALESCE(join_confidence, 0) DESC,
                join_rule
        ) AS place_of_link
    FROM linked_facts
    WHERE kind IN ('training_run', 'training_compute')
) AS ranked
WHERE place_of_link = 1
