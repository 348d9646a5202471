-- expect: any
SELECT 'nul' || chr(0) || 'x' AS a, '\x00\xff'::BLOB AS b, 'infinity'::DATE AS c, '-infinity'::TIMESTAMPTZ AS e, 'nan'::DOUBLE AS f, '-inf'::FLOAT AS g, 170141183460469231731687303715884105727 AS h, '0044-03-15 (BC)'::DATE AS i, INTERVAL '1 month -2 days 3 microseconds' AS j, '12:00:00+05:30'::TIMETZ AS k, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID AS l;
