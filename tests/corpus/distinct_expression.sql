-- expect: distributed
SELECT DISTINCT upper(name), qty % 3 FROM facts;
