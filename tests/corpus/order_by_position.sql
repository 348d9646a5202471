-- expect: one-task SortExec
-- order: yes
SELECT grp, k2, id FROM facts ORDER BY 2, 1, 3;
