-- expect: distributed
SELECT id, uid, bits, bit_count(bits), bits & bits, bit_length(bits), uid > '80000000-0000-0000-0000-000000000000'::UUID FROM alltypes;
