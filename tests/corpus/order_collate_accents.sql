-- expect: any
-- order: yes
SELECT name, id FROM facts WHERE length(name) < 10 ORDER BY name COLLATE NOACCENT, name, id LIMIT 100;
