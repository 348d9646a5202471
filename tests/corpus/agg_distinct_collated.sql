-- DISTINCT follows no collation, so lists of strings need not
-- expect: distributed AggregateExec: mode=Partial
SELECT count(DISTINCT (CASE WHEN flag THEN upper(grp) ELSE grp END) COLLATE NOCASE), count(DISTINCT grp COLLATE NOACCENT) FROM facts;
