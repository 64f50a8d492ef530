-- One row a result in force of the paper's own models that says what was measured and how much of it. ``place`` 1 is the best of
-- its model, benchmark and metric, the first if several are; ``paper_has_run`` is 1 where the paper has an accepted
-- training run. (A layer has windows of one partition each: SQLite can then look at one paper without reading all.)
SELECT *
FROM (
    SELECT
        ranked.*,
        MAX(CASE kind WHEN 'training_run' THEN 1 ELSE 0 END) OVER (PARTITION BY paper_key) AS paper_has_run
    FROM (
        SELECT
            f.paper_key,
            f.version,
            f.title,
            f.published,
            f.kind,
            f.model,
            f.benchmark,
            f.metric,
            f.value,
            f.split,
            f.ensemble,
            f.extra_training_data,
            f.crops,
            f.page,
            f.quote,
            f.confidence,
            f.basis,
            f.fact_key,
            ROW_NUMBER() OVER (
                PARTITION BY f.paper_key, f.kind, f.model, f.benchmark, f.metric
                ORDER BY
                    CASE
                        WHEN EXISTS (
                            SELECT 1
                            FROM lower_is_better_words AS w
                            WHERE ' ' || REPLACE(LOWER(f.metric), '_', ' ') || ' ' LIKE '% ' || w.word || ' %'
                        ) THEN f.value
                        ELSE -f.value
                    END,
                    f.position
            ) AS place
        FROM corrected_claims AS f
        WHERE f.kind IN ('result', 'training_run')
            AND f.status <> 'candidate'
            AND (
                f.kind = 'training_run'
                OR (f.own AND f.benchmark IS NOT NULL AND f.metric IS NOT NULL AND f.value IS NOT NULL)
            )
    ) AS ranked
) AS placed
WHERE kind = 'result'
