-- expect: distributed
SELECT * FROM alltypes;
