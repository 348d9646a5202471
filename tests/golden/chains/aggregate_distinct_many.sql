-- Too many different values for lists of them: computed whole, after a shuffle.
SELECT v, count(DISTINCT k) AS ks FROM readings GROUP BY v;
