-- expect: local order_dependent
-- no-shuffle: yes
-- check: count
SELECT a.k, b.tid FROM dims a POSITIONAL JOIN trades b;
