-- expect: distributed AggregateExec
-- tolerance: 1e-6
SELECT k2, product(1 + (qty % 3)) FROM facts WHERE id < 1200 GROUP BY k2;
