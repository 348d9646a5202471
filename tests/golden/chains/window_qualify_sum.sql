-- The sum needs all rows of a key: none is dropped before.
SELECT id, sum(amount) OVER (PARTITION BY kind) AS s FROM events
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY amount DESC, id) <= 2;
