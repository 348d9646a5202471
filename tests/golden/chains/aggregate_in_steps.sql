-- The states of nine tasks are merged by three of them before they meet.
-- workers: 9
-- set: eider_partial_reduce_tree=true
SELECT k, count(*) AS n, var_pop(id) AS spread FROM ledger GROUP BY k;
