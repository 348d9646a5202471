-- each DISTINCT by its own values, over the files again
-- expect: distributed DistinctExec
SELECT count(DISTINCT id), sum(DISTINCT qty), avg(DISTINCT price), count(DISTINCT grp), max(DISTINCT name), count(*), sum(amount), count(DISTINCT price) FROM facts;
