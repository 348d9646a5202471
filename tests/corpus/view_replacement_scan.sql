-- expect: distributed
SELECT grp, count(*) FROM '@DATA@/facts/*.parquet' GROUP BY grp;
