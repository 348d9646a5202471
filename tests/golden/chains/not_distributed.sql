-- A LIMIT without an order takes the first rows as they are stored: it stays in DuckDB.
SELECT id FROM events LIMIT 3;
