-- expect: one-task NestedLoopJoinExec
SELECT a.k, b.k FROM (SELECT k, weight FROM dims WHERE k < 40) a FULL JOIN (SELECT k, weight FROM dims WHERE k > 230) b ON a.weight + 20 < b.weight;
