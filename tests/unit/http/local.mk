# Unit tests of src/http: one program a file.
