-- expect: any
SELECT f.id, (SELECT sum(u.n) FROM unnest(f.nums) AS u(n)) AS s, (SELECT count(*) FROM (SELECT unnest(f.tags) AS t) WHERE t = 'red') AS reds FROM facts f WHERE f.id < 2000;
