-- expect: distributed
WITH f AS (SELECT * FROM facts WHERE qty > 500) SELECT grp, count(*) FROM f GROUP BY grp;
