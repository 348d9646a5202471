-- expect: any
SELECT id FROM facts WHERE id < 100 AND EXISTS (SELECT 1 FROM dims WHERE k > 100);
