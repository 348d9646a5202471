-- expect: distributed
SELECT info.a, info.c.d, info.c.e[1], count(*) FROM facts WHERE info.a > 25 GROUP BY ALL;
