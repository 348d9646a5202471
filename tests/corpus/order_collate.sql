-- expect: distributed
-- order: yes
SELECT name, id FROM facts WHERE length(name) < 3 ORDER BY name COLLATE NOCASE, name, id;
