-- expect: any
-- check: count
SUMMARIZE facts;
