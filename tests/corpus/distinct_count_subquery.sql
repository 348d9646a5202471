-- expect: distributed
SELECT count(*) FROM (SELECT DISTINCT k, grp FROM facts);
