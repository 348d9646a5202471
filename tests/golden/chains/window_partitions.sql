-- Windows that partition by a common column are computed where its rows meet.
SELECT id, k, row_number() OVER (PARTITION BY k, kind ORDER BY amount DESC, id) AS place,
       sum(amount) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS three
FROM events;
