-- expect: distributed HashJoinExec
SELECT a.vid, b.vid FROM visits a JOIN visits b ON a.account = b.account AND a.vid < b.vid WHERE a.kind = 'web';
