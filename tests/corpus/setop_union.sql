-- expect: distributed
SELECT k::BIGINT FROM facts UNION SELECT k FROM links;
