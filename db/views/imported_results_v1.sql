-- One row a result of a model of an imported file in force.
SELECT
    i.source,
    i.file_name,
    i.sha256,
    m.row_number,
    m.model,
    m.arxiv_id,
    r.benchmark,
    r.metric,
    r.value,
    m.included,
    'imported' AS basis
FROM imports_in_force AS i
JOIN imported_models AS m ON m.import_id = i.import_id
JOIN imported_results AS r ON r.import_id = m.import_id AND r.row_number = m.row_number
