-- expect: distributed
SELECT id, amount FROM facts WHERE amount = (SELECT max(amount) FROM facts) OR id = (SELECT min(fid) FROM links);
