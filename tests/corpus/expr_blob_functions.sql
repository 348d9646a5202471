-- expect: distributed
SELECT id, bin, octet_length(bin), hex(bin), bin || '\x01'::BLOB, try(decode(bin)), bin = '\x00'::BLOB, bin < '\xDE'::BLOB, md5(bin) FROM alltypes;
