-- expect: distributed AggregateExec
SELECT uid, count(*) AS n, min(id), max(uid) FROM alltypes GROUP BY uid;
