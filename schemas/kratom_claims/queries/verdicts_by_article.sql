-- How the claims of each article are rated
SELECT s.title AS article, r.verdict, count(DISTINCT m.claim_id) AS claims
FROM mentions AS m
JOIN captures AS t USING (capture_id)
JOIN sources AS s ON s.source_id = t.source_id
JOIN ratings AS r USING (claim_id)
GROUP BY t.capture_id, r.verdict
ORDER BY t.capture_id, claims DESC
