-- expect: distributed
SELECT count(*) FROM facts a JOIN facts b ON a.info.c = b.info.c WHERE a.id < 300 AND b.id BETWEEN 300 AND 500;
