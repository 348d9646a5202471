-- expect: any
SELECT id, row_number() OVER (PARTITION BY k ORDER BY id) FROM nothings;
