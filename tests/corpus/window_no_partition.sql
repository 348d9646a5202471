-- expect: one-task WindowExec
SELECT id, row_number() OVER (ORDER BY amount, id) AS rn, sum(qty) OVER () AS s FROM facts;
