-- expect: distributed
SELECT f.grp, count(*), sum(c.extra), max(c.name) FROM facts f
JOIN read_csv('@DATA@/extra/csv_union/*.csv', union_by_name = true) c ON f.k = c.k GROUP BY f.grp;
