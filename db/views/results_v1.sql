-- One row a result on a benchmark that a paper reports, its own or quoted from others.
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    benchmark,
    metric,
    value,
    own,
    page,
    bbox_x0_points,
    bbox_y0_points,
    bbox_x1_points,
    bbox_y1_points,
    evidence_boxes,
    quote AS evidence,
    rules,
    confidence,
    basis,
    fact_key,
    claim_id,
    position,
    document_sha256,
    extractor_version
FROM facts_in_force
WHERE kind = 'result' AND status = 'accepted'
