-- expect: distributed
SELECT id, mp['k0'], map_keys(mp), map_values(mp), cardinality(mp), map_contains(mp, 'k1'), element_at(mp, 'k2'), map_concat(mp, MAP {'z': 1}), map([id], ['x']), map_entries(mp) FROM nested WHERE id % 3 = 0;
