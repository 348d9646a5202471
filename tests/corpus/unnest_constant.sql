-- expect: any
SELECT unnest([1, NULL, 3]) AS a, unnest(['x', 'y']) AS b;
