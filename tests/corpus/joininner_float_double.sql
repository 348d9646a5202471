-- expect: distributed
SELECT a.f32, count(*) FROM alltypes a JOIN (SELECT DISTINCT f64 FROM alltypes) b ON a.f32 = b.f64 GROUP BY a.f32;
