-- Five values of kind would leave tasks idle: the window below has a shuffle of its own, by all that it partitions by.
SELECT id, max(n) OVER (PARTITION BY kind) AS most
FROM (SELECT id, kind, rank() OVER (PARTITION BY kind, k ORDER BY id) AS n FROM events);
