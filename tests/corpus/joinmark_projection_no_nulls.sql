-- expect: distributed
SELECT f.id, f.k IN (SELECT k FROM dims WHERE region = 'east' AND k IS NOT NULL) AS m, f.k NOT IN (SELECT k FROM dims WHERE k < 10) AS n FROM facts f WHERE f.id < 1500;
