-- expect: any
SELECT rowid, k FROM native_small WHERE rowid % 7 = 0;
