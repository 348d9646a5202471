-- expect: distributed
-- order: yes
SELECT id, los, lol FROM nested ORDER BY lol NULLS FIRST, los, id;
