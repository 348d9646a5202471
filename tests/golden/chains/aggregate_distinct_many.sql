-- Too many different values for lists of them, and few groups: over the distinct rows, which are shuffled by all columns.
SELECT v, count(DISTINCT k) AS ks FROM readings GROUP BY v;
