-- rows in rows, lists and maps, and their fields
-- expect: distributed ProjectionExec
SELECT ((k, qty), grp), [(k, grp)], map([(k, grp)], [id]), {'a': (k, grp), 'b': [(id, id)]}, (k, grp)[1], struct_extract_at((k, id), 2), row(k), (k, grp)::VARCHAR, ((k, grp)::STRUCT(a INTEGER, b VARCHAR)).b FROM facts WHERE (k, id) > (10, 5) AND id < 500;
