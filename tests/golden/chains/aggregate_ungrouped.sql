-- Two phases, one row per task.
SELECT sum(amount), avg(k), count(note), min(day), max(kind), count(*) FILTER (WHERE k < 10) FROM events;
