-- A full join emits rows of both sides: it is never broadcast.
SELECT u.k, e.id FROM (SELECT * FROM users WHERE k < 50) u FULL JOIN (SELECT * FROM events WHERE k > 30) e ON u.k = e.k;
