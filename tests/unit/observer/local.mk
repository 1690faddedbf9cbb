# Unit tests of src/observer: one program a file.
