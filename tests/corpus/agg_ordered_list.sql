-- expect: distributed AggregateExec
SELECT k2, list(id ORDER BY amount DESC, id), string_agg(grp, '|' ORDER BY id), first(name ORDER BY id), last(id ORDER BY price, id), array_agg(qty ORDER BY id DESC) FROM facts WHERE id % 8 = 0 GROUP BY k2;
