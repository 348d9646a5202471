-- expect: any
-- set: default_collation='nocase'
SELECT upper(grp) AS g, count(*) FROM facts WHERE grp = 'ALPHA' GROUP BY g;
