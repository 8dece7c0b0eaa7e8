-- Sources by the number of claims that their findings bear on
SELECT s.source_id, s.title, s.year, s.source_type, count(DISTINCT l.claim_id) AS claims, count(DISTINCT f.finding_id) AS findings
FROM sources AS s JOIN findings AS f USING (source_id) JOIN claim_evidence AS l USING (finding_id)
GROUP BY s.source_id
ORDER BY claims DESC, s.source_id
