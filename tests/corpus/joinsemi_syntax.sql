-- expect: distributed HashJoinExec
SELECT d.label FROM dims d SEMI JOIN facts f ON f.k = d.k AND f.qty > 500;
