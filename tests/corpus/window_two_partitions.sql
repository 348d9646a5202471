-- expect: distributed WindowExec
SELECT id, row_number() OVER (PARTITION BY k ORDER BY id), row_number() OVER (PARTITION BY grp ORDER BY id DESC), avg(price) OVER (PARTITION BY d) FROM facts;
