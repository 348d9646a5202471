-- expect: any
SELECT f.id, n.id FROM nothings n JOIN facts f ON f.k = n.k;
