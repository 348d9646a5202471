-- expect: distributed SetOpExec
SELECT account FROM visits INTERSECT ALL SELECT account FROM accounts;
