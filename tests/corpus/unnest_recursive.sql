-- expect: distributed
SELECT id, unnest(los, recursive := true) FROM nested WHERE id < 800;
