-- expect: distributed
WITH facts AS (SELECT k, label FROM dims WHERE k < 50) SELECT count(*), max(label) FROM facts;
