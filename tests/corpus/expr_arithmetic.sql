-- expect: distributed
SELECT id, qty + k, qty - k2, qty * 3, qty / 7, qty // 7, qty % 7, -qty, qty ** 2, qty & 12, qty | 3, xor(qty, 5), ~qty, qty << 2, abs(qty), sign(qty) FROM facts WHERE id % 9 = 0 AND qty > 0;
