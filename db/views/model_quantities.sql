-- One row a paper, model of its own results, benchmark, property and stage: the most credible value in force that is linked
-- to the model.
-- Of several values those of the same benchmark come before those of no benchmark; those of another benchmark
-- hold for pretraining alone, which is done elsewhere by nature. Then those that a curator has seen, then by the probability
-- that the value is right and of this model, then by position. Only epochs and examples have a stage ('' else); an unspecified
-- one is taken for training. Numbers beyond all bounds count as unknown.
SELECT paper_key, version, title, published, model, benchmark, property, stage, quantity, page
FROM (
    SELECT
        candidate.*,
        ROW_NUMBER() OVER (
            PARTITION BY paper_key, model, benchmark, property, stage
            ORDER BY of_benchmark, of_machine, credibility DESC, position
        ) AS place
    FROM (
        SELECT
            paper_key,
            version,
            title,
            published,
            result_model AS model,
            result_benchmark AS benchmark,
            property,
            CASE
                WHEN property NOT IN ('epochs', 'training_examples') THEN ''
                WHEN stage = 'unspecified' THEN 'training'
                ELSE stage
            END AS stage,
            quantity,
            page,
            CASE WHEN benchmark = result_benchmark THEN 0 WHEN benchmark IS NULL THEN 1 ELSE 2 END AS of_benchmark,
            CASE basis WHEN 'curated' THEN 0 ELSE 1 END AS of_machine,
            confidence * COALESCE(join_confidence, 1) AS credibility,
            position
        FROM linked_results
        WHERE kind = 'model_property'
            AND result_is_own
            AND (benchmark IS NULL OR benchmark = result_benchmark OR stage = 'pretraining')
            AND quantity BETWEEN 0.000001 AND CASE property
                WHEN 'forward_flop' THEN 1e24
                WHEN 'parameters' THEN 1e18
                WHEN 'training_examples' THEN 1e15
                WHEN 'epochs' THEN 1e9
            END
    ) AS candidate
) AS ranked
WHERE place = 1
