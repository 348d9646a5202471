-- expect: any
SELECT v.seen, w.vid FROM visits v JOIN visits w ON v.seen = w.seen;
