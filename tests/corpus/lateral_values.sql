-- expect: distributed UnnestExec
SELECT v.name, count(*) AS n, sum(v.value) AS total, min(v.text) AS least
FROM facts f, LATERAL (VALUES ('k', f.k, f.name), ('qty', f.qty, NULL), ('sum', f.k + f.qty, f.grp::VARCHAR)) AS v(name, value, text)
GROUP BY v.name;
