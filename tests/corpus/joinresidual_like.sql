-- expect: any
SELECT a.label, b.label FROM dims a JOIN dims b ON b.label LIKE a.label || '%' WHERE a.k < 30;
