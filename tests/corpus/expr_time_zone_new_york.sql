-- expect: distributed
-- set: TimeZone='America/New_York'
SELECT id, ts_tz, ts_tz::VARCHAR, date_trunc('day', ts_tz), ts_tz::DATE, ts_tz AT TIME ZONE 'Europe/Berlin', hour(ts_tz), ts_us AT TIME ZONE 'Asia/Kolkata' FROM alltypes WHERE isfinite(ts_tz) AND isfinite(ts_us);
