-- expect: distributed HashJoinExec
SELECT v.account, v.day, v.paid FROM visits v WHERE v.paid < (SELECT avg(w.paid) FROM visits w WHERE w.account = v.account);
