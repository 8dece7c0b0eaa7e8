-- Claims for which evidence was looked for on both sides and none was found
SELECT c.claim_id, c.statement, q.purpose, q."database", q.query, q.searched_on, q.hits
FROM claims AS c JOIN ratings AS r USING (claim_id) JOIN claim_searches AS cs USING (claim_id) JOIN searches AS q USING (search_id)
WHERE r.verdict = 'no_evidence_found'
ORDER BY c.claim_id, q.search_id
