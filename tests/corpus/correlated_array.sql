-- expect: distributed
SELECT d.k, ARRAY(SELECT l.strength FROM links l WHERE l.k = d.k ORDER BY l.strength, l.fid) AS a FROM dims d WHERE d.k < 100;
