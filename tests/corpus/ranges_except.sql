-- expect: distributed SetOpExec
SELECT account FROM accounts EXCEPT SELECT account FROM visits;
