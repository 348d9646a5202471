-- expect: distributed HashJoinExec
-- set: eider_bytes_per_task=20000
SELECT v.vid FROM visits v WHERE NOT EXISTS (FROM accounts a JOIN dims d ON d.region = a.region WHERE a.account = v.account AND d.k < 100);
