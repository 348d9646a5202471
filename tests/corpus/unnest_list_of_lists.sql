-- expect: distributed
SELECT id, unnest(l) FROM (SELECT id, unnest(lol) AS l FROM nested);
