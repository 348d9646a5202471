-- expect: distributed
SELECT f.grp, count(*), max(c.d), sum(c.v) FROM facts f
JOIN read_json('@DATA@/extra/json_array/a.json', columns = {'k': 'INTEGER', 'v': 'DOUBLE', 'd': 'DATE'}, format = 'array') c ON f.k = c.k GROUP BY f.grp;
