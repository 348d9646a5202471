-- expect: distributed
SELECT count(*) FROM facts f JOIN (SELECT fid FROM links WHERE fid IS NOT NULL ORDER BY fid, k, strength LIMIT 50) l ON l.fid = f.id;
