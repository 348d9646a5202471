-- expect: distributed
-- order: yes
SELECT f.id, d.label, f.amount FROM facts f JOIN dims d ON f.k = d.k ORDER BY f.amount DESC, f.id, d.label LIMIT 25;
