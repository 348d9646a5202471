-- expect: distributed
SELECT f.grp, count(*), sum(j.v), max(j.more.x) FROM facts f JOIN '@DATA@/extra/json_parts/*.json' j USING (k) GROUP BY f.grp;
