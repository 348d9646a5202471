-- Few different values: their lists are the states.
SELECT count(DISTINCT kind) AS kinds, sum(DISTINCT k) FILTER (WHERE amount > 5) AS total, avg(DISTINCT k) AS mean FROM events;
