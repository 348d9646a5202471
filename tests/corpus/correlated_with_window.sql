-- expect: any
SELECT d.k, (SELECT max(rn) FROM (SELECT row_number() OVER (ORDER BY id) AS rn FROM facts f WHERE f.k = d.k)) AS m FROM dims d WHERE d.k < 60;
