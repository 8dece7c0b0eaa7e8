-- Which article states a claim whose statement holds :words (for example inject)
SELECT c.claim_id, c.statement, r.verdict, r.certainty, s.title AS article, m.segment_no, m.stance, m.hedging, m.framing
FROM claims AS c
JOIN ratings AS r USING (claim_id)
JOIN mentions AS m USING (claim_id)
JOIN captures AS t USING (capture_id)
JOIN sources AS s ON s.source_id = t.source_id
WHERE c.statement LIKE '%' || :words || '%'
ORDER BY c.claim_id, t.capture_id, m.segment_no
