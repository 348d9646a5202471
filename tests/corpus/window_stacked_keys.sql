-- expect: distributed WindowExec
SELECT k, grp, id, max(place) OVER (PARTITION BY k) AS most, count(*) OVER (PARTITION BY k, place) AS n
FROM (SELECT k, grp, id, rank() OVER (PARTITION BY k, grp ORDER BY qty, id) AS place FROM facts);
