-- expect: one-task WindowExec
SELECT id, count(*) OVER (ORDER BY qty DESC RANGE BETWEEN 3 PRECEDING AND 4 FOLLOWING) FROM facts WHERE id < 3000;
