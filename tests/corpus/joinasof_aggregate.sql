-- expect: distributed AsOfJoinExec
SELECT t.sym, sum(t.lots * q.bid) FROM trades t ASOF JOIN quotes q USING (sym, ts) GROUP BY t.sym;
