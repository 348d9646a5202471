-- All rows in one task; what is below is distributed.
SELECT k FROM events EXCEPT SELECT k FROM users WHERE country = 'C';
