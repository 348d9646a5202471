-- expect: distributed DistributedLeafExec: DataSourceExec: table=
-- set: eider_split_native_tables=true
SELECT id, k, amount FROM native_facts WHERE qty > 500;
