# SPDX-License-Identifier: Apache-2.0
# The fuzz target of a whole worker; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_worker
else
check_PROGRAMS += tests/fuzz/fuzz_worker
endif
tests_fuzz_fuzz_worker_SOURCES = tests/fuzz/fuzz_worker.c tests/fuzz/http_messages.c \
	tests/fuzz/http_messages.h $(worker_stand) $(fuzz_main)
tests_fuzz_fuzz_worker_LDADD = libworker.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_worker_LDFLAGS = $(fuzz_ldflags)
