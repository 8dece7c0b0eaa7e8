-- Each step of the rating of the claim :claim_id (for example C0001)
SELECT step_no, component, change, reason FROM rating_steps WHERE claim_id = :claim_id ORDER BY step_no
