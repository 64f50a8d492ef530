-- One row a model, benchmark and metric: what the scaling laws are fitted to. From papers (source ``db``) and from the rows
-- of imported files in force that their source includes. A value outside 0..100 is no error rate and gives no point. A key's
-- parts are parted by ``|``, which stands as ``%7C`` within one.
SELECT
    source,
    basis,
    point_key,
    arxiv_id,
    title,
    url,
    model,
    benchmark,
    metric,
    value,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM lower_is_better_words AS w
            WHERE ' ' || REPLACE(LOWER(metric), '_', ' ') || ' ' LIKE '% ' || w.word || ' %'
        ) THEN value
        ELSE 100 - value
    END / 100 AS error_fraction,
    published,
    COALESCE(
        stated_year,
        CAST(SUBSTR(published, 1, 4) AS INTEGER) + (CAST(SUBSTR(published, 6, 2) AS INTEGER) - CAST(0.5 AS DOUBLE PRECISION)) / 12
    ) AS year,
    hardware_burden_flop,
    hardware_burden_low_flop,
    hardware_burden_high_flop,
    network_operations_flop,
    operations_per_pass_flop,
    parameters,
    confidence,
    accelerator,
    note,
    result_fact_key,
    result_page,
    burden_fact_key,
    method,
    file_name,
    row_number
FROM (
    SELECT
        'db' AS source,
        CASE WHEN result_basis = 'curated' OR burden_basis = 'curated' THEN 'curated' ELSE 'machine' END AS basis,
        'db|' || arxiv_id
            || '|' || REPLACE(REPLACE(COALESCE(model, ''), '%', '%25'), '|', '%7C')
            || '|' || REPLACE(REPLACE(benchmark, '%', '%25'), '|', '%7C')
            || '|' || REPLACE(REPLACE(metric, '%', '%25'), '|', '%7C') AS point_key,
        arxiv_id,
        title,
        CASE WHEN SUBSTR(arxiv_id, 1, 7) <> 'sha256:' THEN 'https://arxiv.org/abs/' || arxiv_id END AS url,
        model,
        benchmark,
        metric,
        value,
        CAST(published AS TEXT) AS published,
        CAST(NULL AS DOUBLE PRECISION) AS stated_year,
        hardware_burden_flop,
        hardware_burden_low AS hardware_burden_low_flop,
        hardware_burden_high AS hardware_burden_high_flop,
        network_operations_flop,
        forward_flop AS operations_per_pass_flop,
        parameters,
        result_confidence * COALESCE(burden_confidence, 1) * COALESCE(join_confidence, 1) AS confidence,
        accelerator,
        NULLIF(
            SUBSTR(
                CASE WHEN ensemble THEN '; ensemble' ELSE '' END
                || CASE WHEN extra_training_data THEN '; extra training data' ELSE '' END
                || CASE
                    WHEN hardware_burden_flop IS NOT NULL AND stages_without_estimate > 0
                        THEN '; lower bound: a stage has no estimate'
                    ELSE COALESCE('; ' || reason, '')
                END,
                3
            ),
            ''
        ) AS note,
        result_fact_key,
        result_page,
        burden_fact_key,
        method,
        CAST(NULL AS TEXT) AS file_name,
        CAST(NULL AS BIGINT) AS row_number
    FROM analysis_points_v1
    UNION ALL
    SELECT
        i.source,
        'imported',
        REPLACE(REPLACE(i.source, '%', '%25'), '|', '%7C')
            || '|' || REPLACE(REPLACE(i.file_name, '%', '%25'), '|', '%7C')
            || '|' || CAST(m.row_number AS TEXT)
            || '|' || REPLACE(REPLACE(r.benchmark, '%', '%25'), '|', '%7C')
            || '|' || REPLACE(REPLACE(r.metric, '%', '%25'), '|', '%7C'),
        m.arxiv_id,
        m.title,
        CASE
            WHEN LOWER(m.url) LIKE 'http://%' OR LOWER(m.url) LIKE 'https://%' THEN m.url
            ELSE 'https://arxiv.org/abs/' || m.arxiv_id
        END,
        m.model,
        r.benchmark,
        r.metric,
        r.value,
        CAST(m.published AS TEXT),
        m.year,
        m.hardware_burden_flop,
        NULL,
        NULL,
        m.network_operations_flop,
        m.operations_per_pass_flop,
        m.parameters,
        NULL,
        m.accelerator,
        m.note,
        NULL,
        NULL,
        NULL,
        NULL,
        i.file_name,
        m.row_number
    FROM imports_in_force AS i
    JOIN imported_models AS m ON m.import_id = i.import_id
    JOIN imported_results AS r ON r.import_id = m.import_id AND r.row_number = m.row_number
    WHERE m.included
) AS points
WHERE value BETWEEN 0 AND 100
