-- expect: distributed ProjectionExec
SELECT id, list_zip(nums, tags) FROM facts WHERE id % 6 = 0;
