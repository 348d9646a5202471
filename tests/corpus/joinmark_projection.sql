-- expect: distributed
SELECT f.id, f.k IN (SELECT k FROM dims WHERE region = 'west') AS m FROM facts f WHERE f.id < 1500;
