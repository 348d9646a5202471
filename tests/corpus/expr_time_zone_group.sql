-- expect: distributed
-- set: TimeZone='Asia/Kathmandu'
SELECT date_trunc('day', ts::TIMESTAMPTZ) AS day, count(*), max(hour(ts::TIMESTAMPTZ)) FROM facts GROUP BY day;
