-- expect: distributed WindowExec
SELECT id, rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(4) OVER (PARTITION BY grp ORDER BY qty, id) FROM facts WINDOW w AS (PARTITION BY grp ORDER BY qty);
