-- expect: distributed
SELECT a.id, b.x FROM facts a JOIN (SELECT DISTINCT amount::DECIMAL(18, 4) AS x FROM facts WHERE id % 2 = 0) b ON a.amount = b.x WHERE a.id < 4000;
