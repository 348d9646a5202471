-- expect: distributed HashJoinExec
SELECT k, count(*), count(a.id), count(l.fid) FROM (SELECT k::BIGINT AS k, id FROM facts WHERE id < 2000) a FULL JOIN links l USING (k) GROUP BY k;
