-- expect: any
SELECT day, count(*), count(DISTINCT account), sum(paid) FROM visits GROUP BY day;
