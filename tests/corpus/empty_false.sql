-- expect: any
SELECT id, k, name FROM facts WHERE 1 = 0;
