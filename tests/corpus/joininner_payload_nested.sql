-- expect: distributed HashJoinExec
SELECT f.id, f.tags, f.info, f.nums, d.label FROM facts f JOIN dims d ON f.k = d.k WHERE f.id % 5 = 2;
