-- expect: distributed
SELECT id, e.key, e.value FROM (SELECT id, unnest(map_entries(mp)) AS e FROM nested);
