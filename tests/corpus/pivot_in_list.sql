-- expect: distributed
SELECT * FROM facts PIVOT (sum(amount) AS s, count(*) AS n FOR k IN (1, 7, 12) GROUP BY grp);
