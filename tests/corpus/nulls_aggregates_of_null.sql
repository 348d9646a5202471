-- expect: distributed AggregateExec
SELECT sum(k2), avg(k2), min(k2), max(k2), count(k2), count(*), bool_and(flag), bit_or(k2) FROM facts WHERE id BETWEEN 3000 AND 6000;
