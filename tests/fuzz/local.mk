# libFuzzer targets, and the replay of their corpora as plain tests.
