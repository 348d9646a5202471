-- A median has no partial state: rows are shuffled by the group, and all of a group's are in one task.
SELECT kind, median(amount), string_agg(note, ',' ORDER BY id) FROM events GROUP BY kind;
