-- expect: distributed
SELECT id, dec4::DECIMAL(9, 3), dec9::BIGINT, dec18::VARCHAR, i32::DECIMAL(12, 1), dec38::DECIMAL(38, 5), try_cast(dec38 AS DECIMAL(18, 2)), '12.345'::DECIMAL(5, 2) FROM alltypes WHERE id % 3 = 1;
