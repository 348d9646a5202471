-- expect: distributed HashJoinExec
SELECT v.vid, v.kind FROM visits v WHERE EXISTS (SELECT 1 FROM accounts a WHERE a.account = v.account AND a.region IS NULL);
