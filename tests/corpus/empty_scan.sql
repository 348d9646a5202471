-- expect: any
SELECT * FROM nothing;
