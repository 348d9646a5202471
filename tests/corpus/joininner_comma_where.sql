-- expect: distributed HashJoinExec
SELECT f.id, d.label, l.kind FROM facts f, dims d, links l WHERE f.k = d.k AND l.fid = f.id AND d.region <> 'north';
