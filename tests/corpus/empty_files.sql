-- expect: any
SELECT id, sum(amount) FROM nothings GROUP BY id;
