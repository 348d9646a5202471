-- expect: distributed
SELECT id, k, amount FROM facts WHERE k = 7 AND amount > 100 AND flag;
