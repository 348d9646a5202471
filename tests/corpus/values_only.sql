-- expect: any
VALUES (1, 'a', 1.5), (2, NULL, 2.25), (NULL, 'c', NULL);
