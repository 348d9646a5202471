-- expect: distributed AggregateExec
SELECT account, kind, median(paid), string_agg(kind, ',' ORDER BY vid) FROM visits GROUP BY account, kind;
