-- All evidence on the claim :claim_id (for example C0001), the strongest designs with their sources
SELECT l.direction, f.design, f.n, f.risk_of_bias, f.summary, l.rationale, s.title, s.year, s.url
FROM claim_evidence AS l JOIN findings AS f USING (finding_id) JOIN sources AS s USING (source_id)
WHERE l.claim_id = :claim_id
ORDER BY l.direction, f.design, f.n DESC
