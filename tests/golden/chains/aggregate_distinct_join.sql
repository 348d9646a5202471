-- Branches over a join, which is computed once: its rows are shuffled by the values of one branch.
SELECT count(DISTINCT r.k) AS ks, sum(DISTINCT r.k + l.id) FILTER (WHERE l.k > 3) AS vs, count(*) AS n FROM readings r JOIN ledger l ON r.v = l.k;
