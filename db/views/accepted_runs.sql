-- One row an accepted training run or stated computing in force, under the model that it names.
SELECT
    paper_key,
    version,
    title,
    published,
    model,
    CAST(NULL AS TEXT) AS benchmark,
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
    position,
    CAST(NULL AS TEXT) AS join_rule,
    CAST(NULL AS DOUBLE PRECISION) AS join_confidence
FROM facts_in_force
WHERE kind IN ('training_run', 'training_compute') AND status <> 'candidate'
