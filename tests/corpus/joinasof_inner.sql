-- expect: distributed AsOfJoinExec
SELECT t.tid, t.sym, q.qid, q.bid FROM trades t ASOF JOIN quotes q ON t.sym = q.sym AND t.ts >= q.ts;
