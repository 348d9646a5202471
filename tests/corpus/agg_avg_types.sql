-- expect: distributed AggregateExec
SELECT avg(i8), avg(i16), avg(i32), avg(u32), avg(dec4), avg(dec9), avg(dec18), avg(i32::HUGEINT), avg(f32) FROM alltypes WHERE f32 IS NULL OR abs(f32) BETWEEN 1 AND 3;
