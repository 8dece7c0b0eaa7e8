-- Claims that are refuted with at least moderate certainty
SELECT c.claim_id, c.statement, r.certainty, r.stability, r.explanation
FROM claims AS c JOIN ratings AS r USING (claim_id)
WHERE r.verdict = 'refuted' AND r.certainty IN ('high', 'moderate')
ORDER BY r.certainty, c.claim_id
