-- One row a fit, or the refusal of one, with the run of the analysis that made it. ``is_newest``: no later run has the same options.
SELECT
    f.analysis_run_id,
    r.made_at,
    r.code_version,
    r.data_digest,
    r.options,
    r.point_count,
    NOT EXISTS (
        SELECT 1
        FROM analysis_runs AS later
        WHERE later.options_digest = r.options_digest AND later.analysis_run_id > r.analysis_run_id
    ) AS is_newest,
    f.source,
    f.benchmark,
    f.metric,
    f.form,
    f.computing,
    f.estimator,
    f.n,
    f.intercept,
    f.intercept_standard_error,
    f.intercept_hc3_standard_error,
    f.intercept_low,
    f.intercept_high,
    f.slope,
    f.slope_standard_error,
    f.slope_hc3_standard_error,
    f.slope_low,
    f.slope_high,
    f.slope_year,
    f.slope_year_standard_error,
    f.slope_year_hc3_standard_error,
    f.slope_year_low,
    f.slope_year_high,
    f.r_squared,
    f.aic,
    f.bic,
    f.cause,
    f.reason,
    f.record,
    f.position
FROM analysis_fits AS f
JOIN analysis_runs AS r ON r.analysis_run_id = f.analysis_run_id
