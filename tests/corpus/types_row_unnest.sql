-- expect: distributed UnnestExec
SELECT unnest([(k, id), (id, k), NULL]) FROM facts WHERE id < 300;
