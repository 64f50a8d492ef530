-- Each row of $claims, with the latest burden estimate that was made from just its values.
SELECT
    f.*,
    e.hardware_burden_flop,
    e.hardware_burden_low,
    e.hardware_burden_high,
    e.precision_aware_flop,
    e.method,
    CASE
        WHEN f.kind <> 'training_run' OR e.claim_id IS NOT NULL THEN e.reason
        WHEN f.corrections <> '' THEN 'corrected by a curator and not estimated again yet'
        ELSE 'not estimated yet'
    END AS reason,
    e.estimator_version
FROM $claims AS f
LEFT JOIN burden_estimates AS e
    ON e.claim_id = f.claim_id
    AND e.corrections = f.corrections
    AND e.estimator_version = (
        SELECT latest.estimator_version
        FROM burden_estimates AS latest
        WHERE latest.claim_id = f.claim_id AND latest.corrections = f.corrections
        ORDER BY latest.estimated_at DESC, latest.estimator_version DESC
        LIMIT 1
    )
