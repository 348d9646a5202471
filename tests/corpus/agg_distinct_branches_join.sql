-- the join is computed once, and its rows are shuffled by the values of one branch
-- expect: distributed HashJoinExec
SELECT count(DISTINCT f.id), sum(DISTINCT f.qty), count(DISTINCT l.k), sum(f.amount), count(*) FROM facts f JOIN links l ON f.k = l.k;
