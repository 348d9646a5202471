-- expect: distributed
SELECT id, los[1].x, los[2].ys, st.m['z'], st.s.deep.deeper, st.dec, three[2] FROM nested;
