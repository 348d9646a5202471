-- expect: distributed AggregateExec
SELECT grp, length(string_agg(label, ';')) FROM dims GROUP BY grp;
