-- expect: distributed
WITH RECURSIVE t AS (SELECT k, label, 0 AS depth FROM dims WHERE parent IS NULL UNION ALL SELECT d.k, d.label, t.depth + 1 FROM dims d JOIN t ON d.parent = t.k) SELECT depth, count(*), min(label) FROM t GROUP BY depth;
