-- expect: distributed
SELECT * FROM big_spenders;
