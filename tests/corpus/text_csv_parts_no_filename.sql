-- expect: distributed
SELECT k % 10 AS m, count(*), sum(id) FROM read_csv('@DATA@/extra/csv_parts/*.csv', filename = false) GROUP BY m;
