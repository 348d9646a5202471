-- expect: any
SELECT count(*), sum(id) FROM facts WHERE false;
