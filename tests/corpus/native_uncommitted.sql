-- expect: any
-- setup: BEGIN
-- setup: INSERT INTO native_small VALUES (1000, 'new'), (1001, 'newer')
-- setup: UPDATE native_small SET v = 'changed' WHERE k = 7
-- setup: DELETE FROM native_small WHERE k = 3
-- teardown: ROLLBACK
SELECT n.k, n.v, count(f.id) FROM native_small n LEFT JOIN facts f ON f.k = n.k GROUP BY ALL;
