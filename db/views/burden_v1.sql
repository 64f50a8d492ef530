-- One row a paper and model as its runs name it (null: the model is not named): the sum over its stages.
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    hardware_burden_flop,
    hardware_burden_low,
    hardware_burden_high,
    precision_aware_flop,
    stated_training_flop,
    run_count,
    stage_count,
    stages_without_estimate,
    accelerator,
    method,
    reason,
    page,
    quote AS evidence,
    confidence,
    basis,
    fact_key
FROM burden_by_stated_model
