-- expect: distributed AggregateExec
SELECT sum(i8), sum(i16), sum(i32), sum(u8), sum(u16), sum(u32), sum(dec4), sum(dec9), sum(dec18), sum(boo::INTEGER), sum(u64), sum(i64::HUGEINT) FROM alltypes;
