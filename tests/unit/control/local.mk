# Unit tests of src/control: one program a file.
