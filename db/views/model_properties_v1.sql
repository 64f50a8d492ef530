-- One row a property of a model, or of its training, that a paper states: parameters, FLOP of a forward pass, epochs, examples.
SELECT
    paper_key AS arxiv_id,
    version,
    title,
    published,
    model,
    property,
    quantity,
    benchmark,
    stage,
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
FROM corrected_claims
WHERE kind = 'model_property' AND status = 'accepted'
