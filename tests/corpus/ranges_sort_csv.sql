-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT k, name, id FROM '@DATA@/extra/csv_parts/*.csv' ORDER BY name NULLS LAST, id DESC;
