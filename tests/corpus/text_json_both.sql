-- expect: distributed
SELECT f.grp, count(*), sum(j.v), max(c.name) FROM facts f JOIN read_json_auto('@DATA@/extra/json/a.json') j ON f.k = j.k
JOIN read_csv_auto('@DATA@/extra/csv/a.csv') c ON c.id = j.id GROUP BY f.grp;
