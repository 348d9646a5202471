-- expect: distributed
SELECT id, i8::SMALLINT * 2, i64::HUGEINT + 1, u64::HUGEINT * 2, try_cast(i64 AS INTEGER), try_cast(i128 AS BIGINT), u64 > i64, i8 = u8, i128 < u64 FROM alltypes;
