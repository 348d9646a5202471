-- expect: any
SELECT id, map_from_entries([{'k': g, 'v': 'v'}]), map_entries(mp) FROM nested WHERE id % 3 = 0;
