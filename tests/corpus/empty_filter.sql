-- expect: distributed
SELECT id, k FROM facts WHERE amount > 1000000000;
