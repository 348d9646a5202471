-- expect: distributed
-- set: TimeZone='Europe/Berlin'
WITH t AS MATERIALIZED (SELECT id, ts_tz FROM alltypes WHERE isfinite(ts_tz))
SELECT id, ts_tz + INTERVAL 1 DAY, ts_tz - INTERVAL 1 HOUR, ts_tz::TIMETZ, strftime(ts_tz, '%Z %z'), date_part('timezone', ts_tz) FROM t;
