-- expect: distributed NestedLoopJoinExec
SELECT a.k, b.k FROM (SELECT k, k2 FROM dims WHERE k < 40) a LEFT JOIN (SELECT k, k2 FROM dims WHERE k < 25) b ON a.k2 * 2 > b.k2 + 15;
