-- expect: local setting
-- set: integer_division=true
SELECT id, qty / 7 AS q FROM facts WHERE id < 500;
