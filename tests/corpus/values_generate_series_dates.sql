-- expect: distributed
SELECT s.day::DATE AS day, count(f.id) FROM generate_series(DATE '2020-01-01', DATE '2020-02-15', INTERVAL 1 DAY) s(day) LEFT JOIN facts f ON f.d = s.day GROUP BY ALL;
