-- Sorted in the head.
SELECT id, amount FROM events WHERE kind = 'b' ORDER BY amount DESC NULLS FIRST, id;
