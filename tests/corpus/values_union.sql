-- expect: distributed
SELECT k, label FROM dims UNION ALL VALUES (1000, 'extra'), (1001, NULL);
