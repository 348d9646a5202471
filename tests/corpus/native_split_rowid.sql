-- expect: distributed
-- set: eider_split_native_tables=true
SELECT rowid, k FROM native_small WHERE rowid % 7 = 0;
