-- expect: distributed
SELECT k2, flag FROM facts WHERE id < 4000 INTERSECT SELECT k2, flag FROM facts WHERE id > 4000;
