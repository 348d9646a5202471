-- expect: distributed
SELECT id, string_split(name, ' '), split_part(name, 'e', 2), str_split_regex(name, '[aeiou]'), array_to_string(tags, '+'), levenshtein(grp, 'alpha'), jaccard(grp || 'x', 'alpha'), format('{}-{:05d}', grp, qty), printf('%s|%d', grp, qty) FROM facts WHERE id % 8 = 3;
