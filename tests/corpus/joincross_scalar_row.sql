-- expect: distributed
SELECT id, amount - avg_amount AS diff FROM facts, (SELECT avg(amount)::DECIMAL(18, 4) AS avg_amount FROM facts) WHERE id % 9 = 0;
