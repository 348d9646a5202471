-- expect: one-task SortExec
-- order: yes
SELECT id, amount, name FROM facts ORDER BY amount DESC, name NULLS FIRST, id;
