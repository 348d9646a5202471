-- expect: distributed
SELECT f.id, v.n FROM facts f JOIN (VALUES (7, 'north'), (6, 'alpha'), (1, 'Up')) v(k, n) ON f.k = v.k WHERE v.n SIMILAR TO '[a-z ]+' AND f.grp SIMILAR TO '[a-t]+' AND regexp_full_match(coalesce(f.name, ''), '[a-z0-9 ]*');
