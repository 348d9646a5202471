-- expect: distributed
SELECT f.id, n.id FROM facts f FULL JOIN nothings n ON f.id = n.id WHERE f.id IS NULL OR f.id % 10 = 0;
