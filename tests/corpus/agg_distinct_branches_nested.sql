-- expect: distributed DistinctExec
SELECT count(DISTINCT three), count(DISTINCT lol), count(DISTINCT id), sum(g) FROM nested;
