-- expect: distributed SetOpExec
SELECT (k, d) FROM facts EXCEPT SELECT (k, d) FROM facts WHERE id > 300;
