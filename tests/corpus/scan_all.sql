-- expect: distributed
SELECT * FROM facts;
