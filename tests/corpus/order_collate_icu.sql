-- expect: any
-- order: yes
SELECT name, id FROM facts WHERE length(name) < 10 ORDER BY name COLLATE de, name, id LIMIT 200;
