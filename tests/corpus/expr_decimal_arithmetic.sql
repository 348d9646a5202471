-- expect: distributed
SELECT id, amount + amount, amount - 0.125, amount * amount, amount * 3, amount / 7, -amount, round(amount, 1), floor(amount), amount % 7, abs(amount), amount::DECIMAL(18, 6) * 1.000001 FROM facts WHERE id % 9 = 0;
