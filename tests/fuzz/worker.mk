# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of a whole worker; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_worker tests/fuzz/fuzz_http2 tests/fuzz/fuzz_http2_target
else
check_PROGRAMS += tests/fuzz/fuzz_worker tests/fuzz/fuzz_http2 tests/fuzz/fuzz_http2_target
endif
worker_play = tests/fuzz/worker_play.c tests/fuzz/worker_play.h tests/fuzz/http_messages.c \
	tests/fuzz/http_messages.h $(worker_stand) $(fuzz_main)
tests_fuzz_fuzz_worker_SOURCES = tests/fuzz/fuzz_worker.c $(worker_play)
tests_fuzz_fuzz_worker_LDADD = libworker.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_worker_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http2_SOURCES = tests/fuzz/fuzz_http2.c $(worker_play)
tests_fuzz_fuzz_http2_LDADD = libworker.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_http2_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http2_target_SOURCES = tests/fuzz/fuzz_http2_target.c $(worker_play)
tests_fuzz_fuzz_http2_target_LDADD = libworker.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_http2_target_LDFLAGS = $(fuzz_ldflags)
