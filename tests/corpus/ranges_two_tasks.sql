-- expect: distributed AggregateExec
-- set: eider_max_tasks_per_stage=2
SELECT v.account, count(*) FROM visits v LEFT JOIN accounts a USING (account) GROUP BY v.account;
