-- expect: distributed WindowExec
SELECT vid, account, row_number() OVER (PARTITION BY account ORDER BY vid DESC), sum(paid) OVER (PARTITION BY account) FROM visits;
