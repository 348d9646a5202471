-- expect: distributed DistributedLeafExec: DataSourceExec: table=
-- set: eider_split_native_tables=true
SELECT k, count(*), sum(qty) FROM native_facts GROUP BY k;
