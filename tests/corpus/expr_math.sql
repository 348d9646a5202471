-- expect: distributed
SELECT id, round(price, 1), floor(price), ceil(price), trunc(price), sqrt(abs(price)), ln(abs(price) + 1), exp(qty / 1000), power(qty, 0.5), greatest(k, qty), least(k, qty, 5), gcd(qty, 12), radians(price), sin(price), atan2(price, qty) FROM facts WHERE id % 9 = 0;
