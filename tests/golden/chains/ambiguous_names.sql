-- Columns of the same name are told apart by their position.
SELECT a.kind, b.kind, a.id + b.id FROM events a JOIN events b ON a.k = b.k WHERE a.id < b.id AND a.amount + b.amount > 100;
