-- expect: distributed
SELECT id, arr, arr[2], array_length(arr), array_value(1, 2, g), arr = [1, 2, 3]::INTEGER[3], array_distance(arr::FLOAT[3], [1, 2, 3]::FLOAT[3]) FROM arrays WHERE list_count(arr::INTEGER[]) = 3 OR arr IS NULL;
