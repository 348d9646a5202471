-- expect: distributed
SELECT DISTINCT f64, f32 FROM alltypes;
