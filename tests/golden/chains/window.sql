-- Windows that have nothing to partition by in common are computed in one task, over distributed inputs.
SELECT id, row_number() OVER (PARTITION BY kind ORDER BY amount DESC, id) AS place,
       sum(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS three
FROM events WHERE k < 50;
