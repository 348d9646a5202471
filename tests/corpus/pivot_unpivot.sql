-- expect: distributed
SELECT id, what, val FROM (SELECT id, qty, k, k2::INTEGER AS k2 FROM facts WHERE id < 1000) UNPIVOT (val FOR what IN (qty, k, k2));
