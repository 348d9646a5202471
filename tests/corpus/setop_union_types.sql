-- expect: distributed
SELECT i8 AS x FROM alltypes UNION ALL SELECT i64 FROM alltypes UNION ALL SELECT dec9 FROM alltypes WHERE id < 100;
