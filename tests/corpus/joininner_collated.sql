-- expect: distributed
SELECT a.str, count(*) FROM alltypes a JOIN (SELECT DISTINCT str COLLATE NOCASE AS s FROM alltypes WHERE id < 900) b ON a.str = b.s COLLATE NOCASE WHERE length(a.str) < 3 GROUP BY a.str;
