-- groups of different columns: not by branches
-- expect: any
SELECT flag, k2, count(DISTINCT id), sum(DISTINCT qty), grouping(flag) FROM facts GROUP BY ROLLUP (flag, k2);
