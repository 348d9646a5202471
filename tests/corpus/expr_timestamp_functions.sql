-- expect: distributed
SELECT id, date_trunc('hour', ts), extract(epoch FROM ts), epoch_ms(ts), ts + INTERVAL 90 MINUTE, ts - INTERVAL '1 month', ts - TIMESTAMP '2020-06-01', time_bucket(INTERVAL 6 HOURS, ts), strftime(ts, '%H:%M:%S.%f'), date_part(['year', 'hour'], ts), age(ts, TIMESTAMP '2000-01-01'), microsecond(ts), ts::TIME FROM facts WHERE id % 7 = 3;
