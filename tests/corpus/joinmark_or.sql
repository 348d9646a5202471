-- expect: distributed
SELECT f.id FROM facts f WHERE f.qty > 890 OR f.k IN (SELECT k FROM dims WHERE region = 'west');
