-- expect: distributed WindowExec
SELECT id, sum(amount) OVER (PARTITION BY k ORDER BY id) AS running, count(*) OVER (PARTITION BY k) AS n FROM facts;
