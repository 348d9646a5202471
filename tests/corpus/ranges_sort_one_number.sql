-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT i16 FROM alltypes ORDER BY i16 DESC NULLS LAST;
