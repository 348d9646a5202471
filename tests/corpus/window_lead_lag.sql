-- expect: distributed WindowExec
SELECT id, lag(id) OVER w, lead(name, 2) OVER w, lag(qty, 3, -1) OVER w, lead(d, 1, DATE '1999-01-01') OVER w FROM facts WINDOW w AS (PARTITION BY k ORDER BY id);
