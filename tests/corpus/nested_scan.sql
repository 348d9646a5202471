-- expect: distributed
SELECT * FROM nested;
