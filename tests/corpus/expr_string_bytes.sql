-- expect: distributed
SELECT id, name, encode(name) AS bytes, octet_length(encode(name)), unicode(name), strip_accents(name), nfc_normalize(name), translate(name, 'abc', 'xyz'), hex(name), to_base64(encode(name)), name || chr(0) || '''' AS z FROM facts WHERE id % 6 = 2;
