-- expect: distributed AggregateExec
SELECT k2, histogram(grp), map_keys(histogram(k % 5)) FROM facts GROUP BY k2;
