-- expect: distributed
SELECT DISTINCT account FROM visits;
