-- expect: local type
SELECT id, (k::VARIANT)::VARCHAR AS v FROM facts WHERE id < 500;
