-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, i128, u128, u64, i8 FROM alltypes ORDER BY i8 DESC NULLS LAST, u128, i128 DESC NULLS FIRST, u64, id;
