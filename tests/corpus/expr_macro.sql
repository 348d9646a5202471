-- expect: distributed
SELECT id, add_one(qty), clamp_to(qty, 0), clamp_to(qty, 5, hi := 50) FROM facts WHERE id % 9 = 5;
