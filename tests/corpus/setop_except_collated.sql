-- expect: local operator_field
SELECT upper(name) COLLATE NOCASE AS n FROM facts EXCEPT SELECT name COLLATE NOCASE FROM facts WHERE k % 3 = 0;
