-- expect: distributed WindowExec
SELECT id, k, amount FROM facts QUALIFY row_number() OVER (PARTITION BY k ORDER BY amount DESC, id) <= 2;
