-- expect: distributed
SELECT a.name, b.name, count(*) FROM facts f JOIN '@DATA@/extra/csv/b.csv' a ON f.k = a.k JOIN '@DATA@/extra/csv/b.csv' b ON a.id = b.id GROUP BY ALL;
