-- expect: distributed ProjectionExec
SELECT id, row(k, grp) FROM facts WHERE id < 100;
