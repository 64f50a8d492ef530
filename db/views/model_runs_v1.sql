-- One row a training run or stated computing, and model and benchmark of the paper's results that it is of.
SELECT
    paper_key AS arxiv_id,
    version,
    model,
    benchmark,
    kind,
    fact_key,
    stated_model,
    join_rule AS rule,
    join_confidence AS confidence,
    claim_id,
    position
FROM linked_runs
