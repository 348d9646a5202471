-- expect: local join
SELECT id, (k, qty) <> ANY (SELECT k, qty FROM facts WHERE id < 5) AS other FROM facts WHERE id < 1000;
