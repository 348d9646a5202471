-- expect: distributed
-- set: lambda_syntax='ENABLE_SINGLE_ARROW'
SELECT id, list_transform(nums, x -> x + 1) FROM facts WHERE id % 10 = 0;
