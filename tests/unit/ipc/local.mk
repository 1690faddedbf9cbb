# Unit tests of src/ipc: one program a file.
