-- expect: distributed HashJoinExec
SELECT a.id, b.id FROM facts a JOIN facts b ON a.name = b.name AND a.id < b.id WHERE a.id < 300 AND b.id < 600;
