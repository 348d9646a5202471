-- expect: distributed
SELECT id FROM facts WHERE k2 IS NULL AND name IS NOT NULL AND id % 3 = 0;
