-- How the claims of each topic are rated
SELECT c.topic, r.verdict, r.certainty, count(*) AS claims
FROM claims AS c JOIN ratings AS r USING (claim_id)
GROUP BY c.topic, r.verdict, r.certainty
ORDER BY c.topic, claims DESC
