-- expect: any
WITH n AS MATERIALIZED (SELECT DISTINCT k, grp FROM facts)
(SELECT k, grp FROM n WHERE k < 50 INTERSECT SELECT k, grp FROM n WHERE k > 3) EXCEPT SELECT k, grp FROM facts WHERE qty > 5;
