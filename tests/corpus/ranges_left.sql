-- expect: distributed HashJoinExec
SELECT v.vid, v.account, a.owner FROM visits v LEFT JOIN accounts a ON v.account = a.account AND a.region = 'north';
