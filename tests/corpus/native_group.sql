-- expect: local native_table
SELECT grp, sum(amount), count(*) FROM native_facts GROUP BY grp;
