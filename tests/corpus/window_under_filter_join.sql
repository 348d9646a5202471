-- expect: distributed WindowExec
SELECT f.id, d.label FROM (SELECT id, k, row_number() OVER (PARTITION BY k ORDER BY id) AS rn FROM facts) f JOIN dims d ON d.k = f.k WHERE f.rn = 1;
