-- expect: distributed
SELECT * EXCLUDE (tags, nums, info, u, big) REPLACE (upper(grp) AS grp) FROM facts WHERE id % 20 = 0;
