-- expect: local join
SELECT count(*) AS n FROM dims WHERE (k, NULL) < ANY (SELECT k, k2 FROM facts WHERE k IS NOT NULL);
