-- expect: distributed
SELECT DISTINCT nums, tags FROM facts;
