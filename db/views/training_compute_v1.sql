-- One row a total of training operations that a paper states itself.
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    flop,
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
WHERE kind = 'training_compute' AND status = 'accepted'
