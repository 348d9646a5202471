-- expect: distributed AggregateExec
SELECT k, any_value(k), first(k) FROM facts WHERE k IS NOT NULL GROUP BY k;
