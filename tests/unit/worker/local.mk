# Unit tests of src/worker: one program a file.
