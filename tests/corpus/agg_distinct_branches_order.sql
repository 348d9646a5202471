-- over rows of a TopN: in one task already
-- expect: any
SELECT count(DISTINCT id), sum(DISTINCT qty), count(*) FROM (SELECT id, qty FROM facts ORDER BY id DESC LIMIT 3000);
