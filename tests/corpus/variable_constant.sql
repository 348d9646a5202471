-- expect: distributed
-- setup: SET VARIABLE lim = 500
-- teardown: RESET VARIABLE lim
SELECT count(*), sum(amount) FROM facts WHERE qty > getvariable('lim');
