-- expect: local session_function
SELECT grp, count(*) FROM facts WHERE in_search_path(grp, 'main') IS NOT NULL GROUP BY grp;
