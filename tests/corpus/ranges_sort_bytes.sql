-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, bin, bits, mood, boo, js FROM alltypes ORDER BY bits NULLS FIRST, mood DESC, bin DESC, js, boo, id;
