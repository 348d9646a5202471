-- expect: distributed
SELECT DISTINCT ON (account) account, vid, paid FROM visits ORDER BY account, vid DESC;
