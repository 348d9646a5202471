-- expect: distributed
SELECT id, iv, extract(month FROM iv), iv = INTERVAL '30 days', iv > INTERVAL '1 hour', CASE WHEN iv < INTERVAL '100 years' AND iv > INTERVAL '-100 years' THEN DATE '2020-01-31' + iv END, to_days(key), INTERVAL (key) MONTH FROM alltypes;
