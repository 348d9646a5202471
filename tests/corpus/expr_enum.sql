-- expect: distributed
SELECT mood, count(*), min(mood), max(mood::VARCHAR), enum_code(mood), mood > 'ok' FROM alltypes GROUP BY mood;
