-- expect: distributed
SELECT f.grp, count(*), max(c.more->>'$.x'), min(json_type(c.v)) FROM facts f
JOIN read_ndjson('@DATA@/extra/json/b.json', columns = {'k': 'INTEGER', 'v': 'JSON', 'more': 'JSON'}) c ON f.k = c.k GROUP BY f.grp;
