-- below a join, with a join above, and twice
-- expect: distributed DistinctExec
SELECT a.flag, a.n, a.s, b.n, b.c FROM (SELECT flag, count(DISTINCT id) AS n, sum(DISTINCT qty) AS s FROM facts GROUP BY flag) a JOIN (SELECT flag, count(DISTINCT price) AS n, count(*) AS c, count(DISTINCT name) AS m FROM facts WHERE qty > 10 GROUP BY flag) b ON a.flag IS NOT DISTINCT FROM b.flag;
