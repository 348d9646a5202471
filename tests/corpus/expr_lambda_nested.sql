-- expect: distributed
SELECT id, list_transform(lol, lambda l: list_transform(l, lambda x: x + g)), list_filter(lol, lambda l: len(list_filter(l, lambda x: x IS NULL)) > 0) FROM nested;
