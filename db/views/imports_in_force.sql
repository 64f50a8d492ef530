-- One row an import that no later one of the same source and file name has superseded; one without models took its file
-- out of force.
SELECT i.import_id, i.source, i.file_name, i.sha256, i.imported_at
FROM imports AS i
WHERE NOT EXISTS (
    SELECT 1
    FROM imports AS later
    WHERE later.source = i.source AND later.file_name = i.file_name AND later.import_id > i.import_id
)
