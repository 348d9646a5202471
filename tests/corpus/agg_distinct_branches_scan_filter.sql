-- with a filter the scan is a stage that the branches read
-- expect: distributed DistinctExec
SELECT count(DISTINCT {'a': id}), count(DISTINCT price), sum(DISTINCT qty), min(price) FROM facts WHERE flag AND name <> '';
