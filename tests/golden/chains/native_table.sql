-- A table of the database is read on the application's connection, as a stage of its own.
SELECT l.label, count(*) FROM events e JOIN labels l ON e.kind = l.kind WHERE l.label <> 'label 3' GROUP BY l.label;
