-- expect: distributed
SELECT d.label FROM dims d WHERE d.k NOT IN (SELECT k FROM facts);
