-- expect: distributed WindowExec
SELECT id, first_value(id) OVER w, last_value(name) OVER w, nth_value(qty, 3) OVER w FROM facts WINDOW w AS (PARTITION BY grp, k2 ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
