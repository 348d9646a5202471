-- expect: local small
SELECT i, i * i AS sq FROM range(0, 5000, 7) t(i);
