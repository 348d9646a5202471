-- expect: one-task SortExec
-- order: yes
SELECT flag, qty, id FROM facts ORDER BY ALL;
