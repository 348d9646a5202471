-- Few groups are put together, and sorted, in the head.
-- expect: any
-- set: eider_range_sorts=true
-- order: yes
SELECT name, count(*) AS n FROM facts GROUP BY name ORDER BY n DESC, name;
