# Unit tests of src/model: one program a file.
