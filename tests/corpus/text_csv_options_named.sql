-- expect: distributed
SELECT f.grp, count(c.n), sum(c.v), min(c.n), max(c.d), count(DISTINCT c.d)
FROM facts f JOIN read_csv('@DATA@/extra/csv_odd/a.txt', delim := '|', quote := '''', escape := '''', header := false, nullstr => 'nix',
    decimal_separator := ',', dateformat := '%d/%m/%Y', columns := {'i': 'BIGINT', 'k': 'INTEGER', 'n': 'VARCHAR', 'v': 'DOUBLE', 'd': 'DATE'}) c
ON f.k = c.k GROUP BY f.grp;
