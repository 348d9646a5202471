-- How expressions read: precedence, constants of all kinds, operators with words.
SELECT (k + 1) * 2 - (3 - k), NOT (k = 1 OR kind LIKE 'a%'), k BETWEEN 2 AND 3, note IS NULL, note ILIKE '%O''T%',
       CASE WHEN k > 1 THEN 'x' ELSE kind END, TRY_CAST(note AS INTEGER), tags[1:2], list_transform(tags, lambda x: x + 1),
       {'a': k, 'b': 1}, [1, 2, 3], coalesce(note, 'none'), day + INTERVAL 3 MONTHS, day >= TIMESTAMP '2024-01-01 10:00:00.5',
       amount > 1.50, k::DOUBLE > 1e100, kind || '-' || kind, note NOT IN ('a', 'b')
FROM events WHERE day > DATE '2024-01-05' AND (k < 3 OR amount < 7 AND kind <> 'z');
