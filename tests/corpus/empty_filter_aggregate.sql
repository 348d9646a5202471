-- expect: distributed
SELECT count(*), sum(amount), max(name), avg(price), stddev(price), first(id), approx_count_distinct(k) FROM facts WHERE qty > 100000 + id * 0;
