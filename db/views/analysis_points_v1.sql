-- One row a model, benchmark and metric: the best of the paper's own results beside the burden of the runs that are of that
-- model on that benchmark (``model_runs_v1``). ``join_status`` tells a result that runs or stated computing were joined to
-- from one of a paper with runs of which none was, and from one of a paper without any. (The three parts are laid on each
-- other and read across by a window, not joined: neither database can then look through all papers for one, or all pairs
-- for all.)
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    benchmark,
    metric,
    value,
    split,
    ensemble,
    extra_training_data,
    crops,
    hardware_burden_flop,
    hardware_burden_low,
    hardware_burden_high,
    precision_aware_flop,
    stated_training_flop,
    forward_flop * 3
        * CASE WHEN needs_extra_data = 1 THEN example_passes_on_extra_data ELSE example_passes END AS network_operations_flop,
    parameters,
    accelerator,
    method,
    reason,
    run_count,
    stages_without_estimate,
    CASE
        WHEN burden_fact_key IS NOT NULL THEN 'joined'
        WHEN paper_has_run = 0 THEN 'no run'
        ELSE 'not joined'
    END AS join_status,
    join_rule,
    join_confidence,
    page AS result_page,
    quote AS result_evidence,
    confidence AS result_confidence,
    basis AS result_basis,
    fact_key AS result_fact_key,
    burden_page,
    burden_confidence,
    burden_basis,
    burden_fact_key,
    forward_flop
FROM (
    SELECT
        paper_key,
        version,
        title,
        published,
        model,
        benchmark,
        metric,
        value,
        split,
        ensemble,
        extra_training_data,
        crops,
        page,
        quote,
        confidence,
        basis,
        fact_key,
        paper_has_run,
        MAX(CASE WHEN extra_training_data THEN 1 ELSE 0 END) OVER whole AS needs_extra_data,
        MAX(example_passes) OVER whole AS example_passes,
        MAX(example_passes_on_extra_data) OVER whole AS example_passes_on_extra_data,
        MAX(parameters) OVER whole AS parameters,
        MAX(forward_flop) OVER whole AS forward_flop,
        MAX(hardware_burden_flop) OVER whole AS hardware_burden_flop,
        MAX(hardware_burden_low) OVER whole AS hardware_burden_low,
        MAX(hardware_burden_high) OVER whole AS hardware_burden_high,
        MAX(precision_aware_flop) OVER whole AS precision_aware_flop,
        MAX(stated_training_flop) OVER whole AS stated_training_flop,
        MAX(accelerator) OVER whole AS accelerator,
        MAX(method) OVER whole AS method,
        MAX(reason) OVER whole AS reason,
        MAX(run_count) OVER whole AS run_count,
        MAX(stages_without_estimate) OVER whole AS stages_without_estimate,
        MAX(join_rule) OVER whole AS join_rule,
        MAX(join_confidence) OVER whole AS join_confidence,
        MAX(burden_page) OVER whole AS burden_page,
        MAX(burden_confidence) OVER whole AS burden_confidence,
        MAX(burden_basis) OVER whole AS burden_basis,
        MAX(burden_fact_key) OVER whole AS burden_fact_key
    FROM parts_of_points
    WINDOW whole AS (PARTITION BY paper_key, model, benchmark)
) AS laid_together
WHERE metric IS NOT NULL
