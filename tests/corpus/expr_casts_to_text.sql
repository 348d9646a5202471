-- expect: distributed
SELECT id, i128::VARCHAR, f64::VARCHAR, f32::VARCHAR, dat::VARCHAR, ts_us::VARCHAR, ts_ns::VARCHAR, tim_tz::VARCHAR, iv::VARCHAR, uid::VARCHAR, bin::VARCHAR, mood::VARCHAR, bits::VARCHAR FROM alltypes;
