-- expect: distributed SetOpExec
SELECT k, grp FROM facts INTERSECT SELECT k, grp FROM dims;
