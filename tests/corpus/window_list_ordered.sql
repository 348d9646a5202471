-- expect: distributed
SELECT k, list(id ORDER BY id DESC) OVER (PARTITION BY k) FROM facts WHERE id < 800;
