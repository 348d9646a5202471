-- expect: distributed
SELECT d.label, d.k FROM dims d WHERE d.k NOT IN (SELECT k FROM facts WHERE k IS NOT NULL AND qty < 0);
