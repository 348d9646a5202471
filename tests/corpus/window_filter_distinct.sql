-- expect: distributed WindowExec
SELECT id, count(*) FILTER (WHERE flag) OVER (PARTITION BY k2 ORDER BY id), count(DISTINCT grp) OVER (PARTITION BY k2), sum(DISTINCT qty) OVER (PARTITION BY k ORDER BY id) FROM facts WHERE id < 2500;
