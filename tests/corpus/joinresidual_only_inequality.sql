-- expect: distributed NestedLoopJoinExec
SELECT a.k, b.k FROM dims a JOIN dims b ON a.weight < b.weight AND a.since > b.since WHERE a.k < 30;
