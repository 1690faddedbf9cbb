# Tests of the whole daemon, some of them on a Docker Engine of their own.
