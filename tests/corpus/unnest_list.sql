-- expect: distributed
SELECT id, unnest(nums) AS n FROM facts;
