-- One row a run, stated computing or property in force, and accepted result of a model that it is of. Three ways lead there, in
-- ``join_rule``: the machine's links by the name (and the benchmark, if a link holds for one only) that it read in the
-- result, which follow the result to what a curator made of it; ``join.curated`` where a curator gave the record or the result its name (or added either), and both names are the
-- same; ``join.equal-name`` where they are the same and the machine linked the record to nothing (nobody weighed how
-- surely). A record that a curator gave another name is of results of that name alone. (Results are found by
-- index from the record's PDF, not through another view: so SQLite can look at one paper without reading all. A pair that is found in two ways stands there twice.)
SELECT
    pair.*,
    CASE WHEN x.model_review IS NOT NULL THEN x.model ELSE pair.claimed_result_model END AS result_model,
    CASE WHEN x.benchmark_review IS NOT NULL THEN x.benchmark ELSE pair.claimed_result_benchmark END AS result_benchmark,
    CASE WHEN x.own_review IS NOT NULL THEN x.own <> 0 ELSE pair.claimed_result_own END AS result_is_own,
    CASE
        WHEN pair.link_rule IS NOT NULL THEN pair.link_rule
        WHEN pair.model_is_curated = 1 OR pair.result_is_added = 1 OR pair.model <> COALESCE(pair.claimed_result_model, '') THEN 'join.curated'
        ELSE 'join.equal-name'
    END AS join_rule,
    CASE
        WHEN pair.link_rule IS NOT NULL THEN pair.link_confidence
        WHEN pair.model_is_curated = 1 OR pair.result_is_added = 1 OR pair.model <> COALESCE(pair.claimed_result_model, '')
            THEN CAST(1 AS DOUBLE PRECISION)
    END AS join_confidence
FROM (
    SELECT
        f.*,
        r.model AS claimed_result_model,
        r.benchmark AS claimed_result_benchmark,
        r.own AS claimed_result_own,
        r.status AS claimed_result_status,
        r.fact_digest AS result_digest,
        0 AS result_is_added,
        m.rule AS link_rule,
        m.confidence AS link_confidence
    FROM corrected_claims AS f
    CROSS JOIN claim_models AS m
    CROSS JOIN claims AS r
    WHERE f.kind IN ('training_run', 'training_compute', 'model_property')
        AND f.status <> 'candidate'
        AND f.model_is_curated <> 1
        AND m.claim_id = f.claim_id
        AND r.document_sha256 = f.read_sha256
        AND r.extractor_version = f.read_by
        AND r.kind = 'result'
        AND r.model = m.model
        AND (m.benchmark = '' OR r.benchmark = m.benchmark)
    UNION ALL
    SELECT
        f.*,
        r.model,
        r.benchmark,
        r.own,
        r.status,
        r.fact_digest,
        0,
        NULL,
        NULL
    FROM corrected_claims AS f
    JOIN claims AS r
        ON r.document_sha256 = f.read_sha256
        AND r.extractor_version = f.read_by
        AND r.kind = 'result'
        AND r.model = f.model
    WHERE f.kind IN ('training_run', 'training_compute', 'model_property')
        AND f.status <> 'candidate'
        AND (
            f.model_is_curated = 1
            OR NOT EXISTS (SELECT 1 FROM claim_models AS m WHERE m.claim_id = f.claim_id)
        )
    UNION ALL
    SELECT
        f.*,
        r.model,
        r.benchmark,
        r.own,
        r.status,
        r.fact_digest,
        0,
        NULL,
        NULL
    FROM corrected_claims AS f
    JOIN corrections_in_force AS named ON named.paper_key = f.paper_key AND named.model = f.model
    JOIN claims AS r
        ON r.fact_digest = named.fact_digest
        AND r.document_sha256 = f.read_sha256
        AND r.extractor_version = f.read_by
        AND r.kind = 'result'
        AND COALESCE(r.model, '') <> named.model
    WHERE f.kind IN ('training_run', 'training_compute', 'model_property')
        AND f.status <> 'candidate'
    UNION ALL
    SELECT
        f.*,
        r.model,
        r.benchmark,
        r.own,
        r.status,
        r.fact_digest,
        1,
        m.rule,
        m.confidence
    FROM corrected_claims AS f
    JOIN paper_versions AS pdf ON pdf.paper_key = f.paper_key
    JOIN claims AS r
        ON r.document_sha256 = pdf.document_sha256
        AND r.extractor_version = 'curators'
        AND r.kind = 'result'
    LEFT JOIN claim_models AS m
        ON m.claim_id = f.claim_id
        AND m.model = r.model
        AND m.benchmark IN ('', r.benchmark)
        AND f.model_is_curated <> 1
    WHERE f.kind IN ('training_run', 'training_compute', 'model_property')
        AND f.status <> 'candidate'
) AS pair
LEFT JOIN corrections_in_force AS x ON x.paper_key = pair.paper_key AND x.fact_digest = pair.result_digest
WHERE (pair.claimed_result_status = 'accepted' OR x.record_decision = 'accept')
    AND COALESCE(x.record_decision, '') <> 'reject'
    AND CASE WHEN x.model_review IS NOT NULL THEN x.model ELSE pair.claimed_result_model END IS NOT NULL
    AND (
        pair.link_rule IS NOT NULL
        OR pair.model = CASE WHEN x.model_review IS NOT NULL THEN x.model ELSE pair.claimed_result_model END
    )
    AND (
        pair.result_is_added = 1
        OR NOT EXISTS (
            SELECT 1
            FROM paper_versions AS pdf
            CROSS JOIN claims AS added
            WHERE pdf.paper_key = pair.paper_key
                AND added.document_sha256 = pdf.document_sha256
                AND added.fact_digest = pair.result_digest
                AND added.extractor_version = 'curators'
        )
    )
