-- expect: distributed
SELECT id FROM facts WHERE (k < 5 OR k > 395 OR k IS NULL) AND (grp = 'beta' OR grp IS NULL);
