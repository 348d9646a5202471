-- expect: distributed AggregateExec
SELECT count(*), count(k), sum(qty), sum(amount), min(id), max(id), avg(amount), avg(qty), min(name), max(d), min(ts) FROM facts;
