-- One row a paper, model of its own results and benchmark: FLOP of one forward pass x 3 (forward and backward) x training
-- examples x epochs, summed over the stages that have examples and epochs of their own; else null, with the reason, also where
-- the model's best result is from extra data and no pretraining on more examples than those of the benchmark is known. (The
-- 0.000001 keeps 1.005 from being 1.00 in one database and 1.01 in the other.)
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    benchmark,
    forward_flop,
    training_examples,
    epochs,
    forward_flop * 3 * counted_passes AS network_operations_flop,
    COALESCE(complete_stage_count, 0) AS stage_count,
    CASE
        WHEN forward_hundredths IS NOT NULL AND counted_passes IS NOT NULL THEN
            RTRIM(
                RTRIM(
                    CAST(forward_hundredths / 100 AS TEXT) || '.'
                        || SUBSTR(CAST(100 + forward_hundredths % 100 AS TEXT), 2),
                    '0'
                ),
                '.'
            )
            || forward_unit
            || ' x 3 x '
            || CASE WHEN complete_stage_count > 1 THEN '(' || passes_in_words || ')' ELSE passes_in_words END
    END AS method,
    CASE
        WHEN forward_flop IS NOT NULL AND counted_passes IS NOT NULL THEN NULL
        ELSE SUBSTR(
            CASE WHEN forward_flop IS NULL THEN ', no FLOP of a forward pass' ELSE '' END
            || CASE WHEN any_training_examples IS NULL THEN ', no training examples' ELSE '' END
            || CASE WHEN any_epochs IS NULL THEN ', no epochs' ELSE '' END
            || CASE
                WHEN complete_stage_count = 0 AND any_training_examples IS NOT NULL AND any_epochs IS NOT NULL
                    THEN ', training examples and epochs of different stages'
                WHEN complete_stage_count > 0 AND counted_passes IS NULL
                    THEN ', training on extra data without examples or epochs'
                ELSE ''
            END,
            3
        )
    END AS reason,
    forward_flop_page,
    training_examples_page,
    epochs_page
FROM (
    SELECT
        laid.*,
        CASE WHEN needs_extra_data = 1 THEN example_passes_on_extra_data ELSE example_passes END AS counted_passes,
        CAST(
            ROUND(
                CAST(
                    forward_flop
                        / CASE WHEN forward_flop >= 1e9 THEN 1e7 WHEN forward_flop >= 1e6 THEN 1e4 ELSE 0.01 END
                        + 0.000001
                    AS NUMERIC
                )
            )
            AS BIGINT
        ) AS forward_hundredths,
        CASE WHEN forward_flop >= 1e9 THEN ' GFLOP' WHEN forward_flop >= 1e6 THEN ' MFLOP' ELSE ' FLOP' END AS forward_unit
    FROM (
        SELECT
            o.*,
            MAX(is_on_extra_data) OVER whole AS needs_extra_data,
            ROW_NUMBER() OVER (PARTITION BY paper_key, model, benchmark ORDER BY is_result) AS place
        FROM (
            SELECT
                paper_key,
                version,
                title,
                published,
                model,
                benchmark,
                0 AS is_result,
                0 AS is_on_extra_data,
                forward_flop,
                forward_flop_page,
                training_examples,
                training_examples_page,
                epochs,
                epochs_page,
                example_passes,
                example_passes_on_extra_data,
                complete_stage_count,
                any_training_examples,
                any_epochs,
                passes_in_words
            FROM operations_by_model
            UNION ALL
            SELECT
                paper_key,
                version,
                title,
                published,
                model,
                benchmark,
                1,
                CASE WHEN extra_training_data THEN 1 ELSE 0 END,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL,
                NULL
            FROM own_results
            WHERE place = 1 AND model IS NOT NULL
        ) AS o
        WINDOW whole AS (PARTITION BY paper_key, model, benchmark)
    ) AS laid
    WHERE place = 1
) AS worded
