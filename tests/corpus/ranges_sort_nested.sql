-- expect: distributed SortExec
-- set: eider_range_sorts=true
-- order: yes
SELECT id, lol, st, mp FROM nested ORDER BY lol DESC NULLS FIRST, st NULLS FIRST, mp DESC, id;
