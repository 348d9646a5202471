-- expect: distributed CrossJoinExec
SELECT count(*), sum(a.k + b.strength) FROM dims a CROSS JOIN links b;
