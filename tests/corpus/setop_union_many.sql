-- expect: distributed
SELECT 'f' AS t, count(*) FROM facts UNION ALL SELECT 'd', count(*) FROM dims UNION ALL SELECT 'l', count(*) FROM links UNION ALL SELECT 'n', count(*) FROM nothings UNION ALL SELECT 'q', count(*) FROM quotes;
