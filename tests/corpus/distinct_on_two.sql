-- expect: distributed
SELECT DISTINCT ON (grp, flag) grp, flag, id, name FROM facts ORDER BY grp, flag, id DESC;
