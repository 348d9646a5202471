-- expect: distributed
SELECT id, unnest(nums) AS n, unnest(tags) AS t FROM facts WHERE id < 1500;
