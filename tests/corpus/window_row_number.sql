-- expect: distributed WindowExec
SELECT id, row_number() OVER (PARTITION BY k ORDER BY id) AS rn FROM facts;
