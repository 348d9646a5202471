-- expect: one-task SortExec
-- order: yes
SELECT name FROM facts WHERE id < 700 ORDER BY qty * 2, id;
