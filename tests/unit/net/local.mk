# Unit tests of src/net: one program a file.
