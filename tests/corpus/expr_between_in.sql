-- expect: distributed
SELECT id FROM facts WHERE qty BETWEEN 10 AND 20 AND k NOT BETWEEN 5 AND 350 OR grp IN ('beta', 'été', NULL) AND k NOT IN (1, 2, 3);
