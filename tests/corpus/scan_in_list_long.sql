-- expect: distributed
SELECT id, k FROM facts WHERE id IN (1, 5, 9, 13, 4999, 5000, 5001, 9095, 9096, 9097, 14696, 99999, -1, NULL, 700, 800, 900, 1000, 1100, 1200);
