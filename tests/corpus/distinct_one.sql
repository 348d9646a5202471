-- expect: distributed
SELECT DISTINCT k FROM facts;
