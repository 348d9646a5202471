-- expect: local window_frame
SELECT id, sum(qty) OVER (ORDER BY (k + 1) RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) AS s FROM facts WHERE id < 3000;
