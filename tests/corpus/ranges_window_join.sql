-- expect: distributed WindowExec
SELECT v.vid, a.owner, rank() OVER (PARTITION BY v.account ORDER BY v.paid) FROM visits v JOIN accounts a USING (account);
