-- expect: distributed HashJoinExec
SELECT count(*), sum(strength) FROM (SELECT k::BIGINT AS k, label FROM dims) NATURAL JOIN links;
