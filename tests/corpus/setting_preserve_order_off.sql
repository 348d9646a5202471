-- expect: distributed
-- set: preserve_insertion_order=false
SELECT grp, count(*), sum(amount) FROM facts GROUP BY grp;
