-- expect: distributed
SELECT union_tag(un) AS t, un, count(*) FROM arrays GROUP BY ALL;
