-- a cast of rows in rows of which only the outer ones are known: its text would double with each level
-- expect: local type
SELECT p FROM (SELECT ((k, qty), grp) AS p FROM facts WHERE id < 300) UNION ALL SELECT ((id, 1.5), name) FROM facts WHERE id < 100;
