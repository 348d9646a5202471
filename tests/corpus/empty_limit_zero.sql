-- expect: any
SELECT id, name FROM facts LIMIT 0;
