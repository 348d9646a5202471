-- expect: any
SELECT * FROM one;
