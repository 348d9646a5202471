-- expect: one-task SortExec
-- order: yes
-- set: default_null_order='nulls_first'
-- set: default_order='desc'
SELECT k2, id FROM facts ORDER BY k2, id;
