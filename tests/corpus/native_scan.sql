-- expect: local native_table
SELECT id, k, amount FROM native_facts WHERE qty > 500;
