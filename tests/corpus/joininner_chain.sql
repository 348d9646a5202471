-- expect: distributed HashJoinExec
SELECT d.region, l.kind, count(*), sum(f.amount) FROM facts f JOIN links l ON l.fid = f.id JOIN dims d ON d.k = l.k GROUP BY d.region, l.kind;
