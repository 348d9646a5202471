-- expect: distributed
WITH RECURSIVE reach AS (SELECT 5 AS k UNION SELECT (l.k % 60)::INTEGER FROM reach r JOIN links l ON l.fid % 60 = r.k) SELECT k FROM reach;
