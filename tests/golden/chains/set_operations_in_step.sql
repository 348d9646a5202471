-- What is spread by the same column on both sides is not shuffled again.
SELECT k FROM events GROUP BY k INTERSECT SELECT k FROM users GROUP BY k;
