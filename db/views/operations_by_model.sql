-- One row a paper, model of its own results and benchmark, of those to which a property is linked: the properties from which its
-- network operations are reckoned, and its parameters. Epochs and examples are those of the stage in which most examples were
-- passed; ``example_passes`` is the sum over the stages that have epochs and examples of their own, ``passes_in_words`` says it.
-- ``example_passes_on_extra_data`` is the same where there is a pretraining with epochs on more examples than those of the other
-- stages, else null: what counts for a model of which a best result is from extra data.
-- (A layer has windows of one partition each: SQLite can then look at one paper without reading all.)
SELECT
    paper_key,
    version,
    title,
    published,
    model,
    benchmark,
    forward_flop,
    forward_flop_page,
    training_examples,
    training_examples_page,
    epochs,
    epochs_page,
    parameters,
    parameters_page,
    example_passes,
    complete_stage_count,
    any_training_examples,
    any_epochs,
    CASE WHEN pretraining_examples > COALESCE(later_examples, 0) THEN example_passes END AS example_passes_on_extra_data,
    SUBSTR(passes_in_words, 4) AS passes_in_words
FROM (
    SELECT
        stages.*,
        MAX(stage_forward_flop) OVER whole AS forward_flop,
        MAX(stage_forward_flop_page) OVER whole AS forward_flop_page,
        MAX(stage_parameters) OVER whole AS parameters,
        MAX(stage_parameters_page) OVER whole AS parameters_page,
        SUM(CASE WHEN place_in_stage = 1 THEN training_examples * epochs END) OVER whole AS example_passes,
        COUNT(CASE WHEN place_in_stage = 1 THEN training_examples * epochs END) OVER whole AS complete_stage_count,
        MAX(training_examples) OVER whole AS any_training_examples,
        MAX(epochs) OVER whole AS any_epochs,
        MAX(CASE WHEN stage = 'pretraining' AND epochs > 0 THEN training_examples END) OVER whole AS pretraining_examples,
        MAX(CASE WHEN stage <> 'pretraining' THEN training_examples END) OVER whole AS later_examples,
        COALESCE(' + ' || MAX(CASE stage WHEN 'pretraining' THEN words END) OVER whole, '')
            || COALESCE(' + ' || MAX(CASE stage WHEN 'training' THEN words END) OVER whole, '')
            || COALESCE(' + ' || MAX(CASE stage WHEN 'finetuning' THEN words END) OVER whole, '')
            || COALESCE(' + ' || MAX(CASE stage WHEN 'search' THEN words END) OVER whole, '') AS passes_in_words,
        ROW_NUMBER() OVER (
            PARTITION BY paper_key, model, benchmark
            ORDER BY
                COALESCE(training_examples * epochs, 0) DESC,
                CASE WHEN training_examples IS NULL AND epochs IS NULL THEN 1 ELSE 0 END,
                stage,
                place_in_stage
        ) AS place
    FROM (
        SELECT
            paired.*,
            CAST(CAST(ROUND(CAST(training_examples AS NUMERIC)) AS BIGINT) AS TEXT) || ' examples x '
                || RTRIM(
                    RTRIM(
                        CAST(CAST(ROUND(CAST(epochs * 100 + 0.000001 AS NUMERIC)) AS BIGINT) / 100 AS TEXT) || '.'
                            || SUBSTR(CAST(100 + CAST(ROUND(CAST(epochs * 100 + 0.000001 AS NUMERIC)) AS BIGINT) % 100 AS TEXT), 2),
                        '0'
                    ),
                    '.'
                )
                || ' epochs' AS words
        FROM (
            SELECT
                q.*,
                MAX(CASE property WHEN 'forward_flop' THEN quantity END) OVER in_stage AS stage_forward_flop,
                MAX(CASE property WHEN 'forward_flop' THEN page END) OVER in_stage AS stage_forward_flop_page,
                MAX(CASE property WHEN 'parameters' THEN quantity END) OVER in_stage AS stage_parameters,
                MAX(CASE property WHEN 'parameters' THEN page END) OVER in_stage AS stage_parameters_page,
                MAX(CASE property WHEN 'training_examples' THEN quantity END) OVER in_stage AS training_examples,
                MAX(CASE property WHEN 'training_examples' THEN page END) OVER in_stage AS training_examples_page,
                MAX(CASE property WHEN 'epochs' THEN quantity END) OVER in_stage AS epochs,
                MAX(CASE property WHEN 'epochs' THEN page END) OVER in_stage AS epochs_page,
                ROW_NUMBER() OVER (
                    PARTITION BY paper_key, model, benchmark, stage ORDER BY property
                ) AS place_in_stage
            FROM model_quantities AS q
            WINDOW in_stage AS (PARTITION BY paper_key, model, benchmark, stage)
        ) AS paired
    ) AS stages
    WINDOW whole AS (PARTITION BY paper_key, model, benchmark)
) AS summed
WHERE place = 1
