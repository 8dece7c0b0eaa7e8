-- Claims that could do high or critical harm if believed, and are not supported
SELECT c.claim_id, c.statement, r.verdict, r.certainty, r.harm_if_believed
FROM claims AS c JOIN ratings AS r USING (claim_id)
WHERE r.harm_if_believed IN ('critical', 'high') AND r.verdict <> 'supported'
ORDER BY r.harm_if_believed, c.claim_id
