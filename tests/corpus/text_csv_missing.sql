-- expect: local plan_refused
-- check: error
SELECT count(*) FROM facts f JOIN '@DATA@/extra/csv/nothing.csv' c USING (k);
