-- One row a model of an imported file in force: its row as the source has it, after the repairs that ``imports`` lists.
SELECT
    i.source,
    i.file_name,
    i.sha256,
    m.row_number,
    m.model,
    m.title,
    m.url,
    m.arxiv_id,
    m.published,
    m.year,
    m.hardware_burden_flop,
    m.network_operations_flop,
    m.operations_per_pass_flop,
    m.training_compute_flop,
    m.parameters,
    m.accelerator,
    m.accelerator_count,
    m.duration_hours,
    m.included,
    m.note,
    'imported' AS basis,
    i.imported_at
FROM imports_in_force AS i
JOIN imported_models AS m ON m.import_id = i.import_id
