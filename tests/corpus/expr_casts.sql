-- expect: distributed
SELECT id, qty::VARCHAR, price::INTEGER, amount::DOUBLE, d::TIMESTAMP, ts::DATE, ts::TIME, flag::INTEGER, try_cast(name AS INTEGER), k::VARCHAR::INTEGER, k::VARCHAR::BLOB FROM facts WHERE id % 7 = 0;
