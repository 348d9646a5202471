-- expect: distributed
-- setup: SET VARIABLE ks = [1, 7, 12]
-- teardown: RESET VARIABLE ks
SELECT k, count(*) FROM facts WHERE k IN (SELECT unnest(getvariable('ks'))) GROUP BY k;
