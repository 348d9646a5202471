-- expect: distributed AggregateExec: mode=Single
SELECT id, stddev_pop(price), regr_count(price, qty) FROM facts GROUP BY id;
