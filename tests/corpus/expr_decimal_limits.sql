-- expect: distributed
SELECT id, dec4 + 0.1, dec9 * 2, dec9 - dec4, dec4 * dec4, dec18::DECIMAL(28, 6) * dec4, dec18::DECIMAL(20, 6) + dec9, dec38 / 3, dec18::DOUBLE, round(dec18, 3), dec9 > dec4, greatest(dec4, dec9), dec4 * 12345.9 FROM alltypes WHERE id % 3 = 0;
