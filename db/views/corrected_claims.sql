-- One row a fact in force, of every kind, accepted or candidate: a rejected record is gone.
SELECT *
FROM reviewed_claims
WHERE COALESCE(record_decision, '') <> 'reject'
