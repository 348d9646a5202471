-- Groups that hardly repeat: the rows are shuffled, and aggregated once. A task reads two of the partitions.
-- set: eider_partitions_per_task=2
SELECT k, v, count(*) FROM readings GROUP BY k, v;
