-- IN over files.
SELECT name FROM users WHERE k IN (SELECT k FROM events WHERE amount > 90);
