-- expect: local native_table
SELECT rowid, k FROM native_small WHERE rowid % 7 = 0;
