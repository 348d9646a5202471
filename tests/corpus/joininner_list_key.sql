-- expect: distributed
SELECT a.nums, count(*) FROM facts a JOIN facts b ON a.nums = b.nums WHERE a.id < 500 AND b.id >= 500 AND b.id < 1500 GROUP BY a.nums;
