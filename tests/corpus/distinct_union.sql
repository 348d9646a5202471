-- expect: distributed
SELECT count(*) FROM (SELECT DISTINCT k::BIGINT FROM facts UNION SELECT DISTINCT k FROM links);
