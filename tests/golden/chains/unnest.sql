-- UNNEST runs where its input is.
SELECT id, unnest(tags) AS tag FROM events WHERE id < 100;
