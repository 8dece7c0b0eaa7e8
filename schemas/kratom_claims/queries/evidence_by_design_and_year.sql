-- Findings by design and year of their source
SELECT f.design, s.year, count(*) AS findings
FROM findings AS f JOIN sources AS s USING (source_id)
GROUP BY f.design, s.year
ORDER BY f.design, s.year
