-- One row a fact and field ('' for the whole record) on which two people differ and nobody has spoken since: both reviewed the
-- field, and put different things in force; or, in a paper that is to be reviewed twice, one accepted the record and the other
-- changed the field. What either of them, or a third, says of it after both have spoken settles it.
SELECT laid.paper_key, laid.fact_digest, laid.field
FROM (
    SELECT
        paper_key,
        fact_digest,
        field,
        MAX(CASE WHEN place = 1 THEN reviewer END) AS last_reviewer,
        MAX(CASE WHEN place > 1 THEN reviewer END) AS other_reviewer,
        MIN(CASE WHEN place > 1 THEN reviewer END) AS same_reviewer,
        MAX(CASE WHEN place = 1 THEN effect END) AS last_effect,
        MAX(CASE WHEN place = 2 THEN effect END) AS other_effect
    FROM (
        SELECT
            paper_key,
            fact_digest,
            field,
            reviewer,
            place,
            CASE WHEN field = '' THEN decision ELSE COALESCE(value_text, CAST(value_number AS TEXT), '') END AS effect
        FROM reviews_by_paper
        WHERE stands
    ) AS said
    GROUP BY paper_key, fact_digest, field
) AS laid
WHERE laid.other_reviewer = laid.same_reviewer
    AND laid.other_reviewer <> laid.last_reviewer
    AND laid.other_effect <> laid.last_effect
    AND NOT EXISTS (
        SELECT 1
        FROM double_reviews AS twice
        JOIN reviews_by_paper AS third ON third.paper_key = twice.paper_key
        WHERE twice.paper_key = laid.paper_key
            AND third.fact_digest = laid.fact_digest
            AND third.field = ''
            AND laid.field <> ''
            AND third.stands
            AND third.reviewer NOT IN (laid.last_reviewer, laid.other_reviewer)
    )
UNION
SELECT changed.paper_key, changed.fact_digest, changed.field
FROM double_reviews AS d
JOIN reviews_by_paper AS changed ON changed.paper_key = d.paper_key
JOIN reviews_by_paper AS accepted
    ON accepted.paper_key = changed.paper_key
    AND accepted.fact_digest = changed.fact_digest
    AND accepted.reviewer <> changed.reviewer
WHERE changed.stands
    AND changed.place = 1
    AND changed.field <> ''
    AND changed.decision IN ('correct', 'reject')
    AND accepted.stands
    AND accepted.field = ''
    AND accepted.decision = 'accept'
    AND NOT EXISTS (
        SELECT 1
        FROM reviews_by_paper AS since
        WHERE since.paper_key = changed.paper_key
            AND since.fact_digest = changed.fact_digest
            AND since.stands
            AND (
                (since.field = changed.field AND since.review_id <> changed.review_id)
                OR (since.field = '' AND since.reviewer NOT IN (changed.reviewer, accepted.reviewer))
            )
    )
