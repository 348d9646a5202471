-- A scalar subquery is a join with one row.
SELECT id FROM events WHERE amount > (SELECT avg(amount) FROM events);
