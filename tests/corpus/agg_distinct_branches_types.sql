-- values of every type that has no lists
-- expect: distributed DistinctExec
SELECT count(DISTINCT iv), count(DISTINCT bits), count(DISTINCT f64), count(DISTINCT f32), count(DISTINCT tim_tz), count(DISTINCT id) FROM alltypes;
