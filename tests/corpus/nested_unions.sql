-- expect: distributed
SELECT id, un, un.num, un.str, union_tag(un) FROM arrays WHERE id % 2 = 0;
