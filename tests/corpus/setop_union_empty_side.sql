-- expect: distributed
SELECT k FROM facts WHERE name BETWEEN 'x' AND 'a' UNION ALL SELECT k FROM links;
