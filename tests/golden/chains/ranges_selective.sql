-- Of the trips a filter leaves few: they are broadcast instead of cut by the ranges of the legs, one of which would have none of them.
-- set: eider_bytes_per_task=45000
SELECT count(*) AS n FROM legs l JOIN trips t ON l.trip = t.id WHERE t.id BETWEEN 100 AND 300 AND t.status = 'a';
