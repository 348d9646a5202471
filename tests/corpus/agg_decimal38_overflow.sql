-- expect: distributed
-- check: error
SELECT sum(dec38 * 1) FROM alltypes WHERE dec38 > 0;
