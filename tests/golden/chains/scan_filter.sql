-- Scan, filter and projection in the tasks of one stage, whose rows the head collects.
SELECT id, amount * 2 AS twice FROM events WHERE amount > 50 AND kind IN ('a', 'c') AND day <> DATE '2024-02-29';
