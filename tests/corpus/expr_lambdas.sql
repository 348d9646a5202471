-- expect: distributed
SELECT id, list_transform(nums, lambda x: x * 2 + k), list_filter(nums, lambda x: x > 50), list_reduce(list_filter(nums, lambda x: x IS NOT NULL), lambda a, b: a + b, 0), list_transform(tags, lambda t, i: i || ':' || coalesce(t, '-')), [y + qty FOR y IN nums IF y % 2 = 0] FROM facts WHERE id % 5 = 0;
