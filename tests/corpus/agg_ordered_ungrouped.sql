-- expect: one-task AggregateExec
SELECT string_agg(label, ', ' ORDER BY k, label), list(region ORDER BY k, label), first(k ORDER BY weight, k) FROM dims;
