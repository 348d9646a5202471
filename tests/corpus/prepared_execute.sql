-- expect: any
-- setup: PREPARE p AS SELECT k, count(*) FROM facts WHERE qty > $1 GROUP BY k
-- teardown: DEALLOCATE p
EXECUTE p(300);
