-- expect: distributed
SELECT f.grp, count(*), sum(c.v), sum(c.more.x), sum(len(c.more.ys)), min(c.name) FROM facts f JOIN '@DATA@/extra/json/*.json' c ON f.k = c.k GROUP BY f.grp;
