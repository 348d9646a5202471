-- expect: distributed
SELECT k, grp FROM facts UNION BY NAME SELECT grp, region FROM dims;
