-- expect: one-task SortExec
-- order: yes
SELECT k, grp, id FROM facts ORDER BY k ASC NULLS FIRST, grp DESC NULLS LAST, id DESC;
