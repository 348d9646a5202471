-- expect: distributed
WITH t AS NOT MATERIALIZED (SELECT id, k FROM facts WHERE k < 20) SELECT a.id, b.id FROM t a JOIN t b ON a.k = b.k AND a.id = b.id;
