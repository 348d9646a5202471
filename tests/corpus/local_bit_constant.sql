-- expect: local constant
SELECT id, bits & '11110000'::BIT AS b FROM alltypes WHERE bit_length(bits) = 8;
