-- expect: distributed DistinctExec
SELECT count(DISTINCT id), sum(DISTINCT q), count(*) FROM (SELECT id, qty AS q FROM facts UNION ALL SELECT id + 7000, qty // 2 FROM facts);
