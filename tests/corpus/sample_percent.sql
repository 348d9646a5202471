-- expect: any
-- check: none
SELECT id FROM facts USING SAMPLE 10% (bernoulli);
