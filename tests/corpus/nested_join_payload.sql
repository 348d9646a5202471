-- expect: distributed
SELECT a.id, a.los, a.mp, b.st, b.lol FROM nested a JOIN nested b ON a.id = b.id + 13 AND a.g = b.g;
