-- expect: distributed
SELECT id, coalesce(k, k2, -1) AS c, nullif(k, 7) AS nf, ifnull(name, 'none') AS n FROM facts WHERE id % 11 = 0;
