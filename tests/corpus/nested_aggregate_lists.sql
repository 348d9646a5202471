-- expect: distributed
SELECT g, list_sort(list(three)), count(los), count(DISTINCT mp), max(st) FROM nested GROUP BY g;
