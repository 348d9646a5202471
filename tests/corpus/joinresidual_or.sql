-- expect: any
SELECT a.k, b.k FROM dims a JOIN dims b ON a.k = b.parent OR a.k = b.k2 WHERE b.k < 60;
