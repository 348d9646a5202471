-- expect: distributed
SELECT count(*) FROM facts WHERE k IS DISTINCT FROM k2::INTEGER;
