-- order: yes
-- expect: any
SELECT id, lag((k, id)) OVER (ORDER BY id) AS l, row_number() OVER (PARTITION BY (k, flag) ORDER BY id) FROM facts WHERE id < 2000 ORDER BY (k, name), id;
