-- expect: any
SELECT count(*), count(id), sum(amount), min(name), max(d), avg(price), list(k), string_agg(name, ','), bool_or(true) FROM nothings;
