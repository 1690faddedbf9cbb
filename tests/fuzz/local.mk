# SPDX-License-Identifier: Apache-2.0
# libFuzzer targets (--enable-fuzzers), and the replay of their corpora as plain tests.
fuzz_http = \
	tests/fuzz/fuzz_chunked \
	tests/fuzz/fuzz_forwarding \
	tests/fuzz/fuzz_http1_request \
	tests/fuzz/fuzz_http1_response

if BUILD_FUZZERS
noinst_PROGRAMS += $(fuzz_http)
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_PROGRAMS += $(fuzz_http)
fuzz_main = tests/fuzz/replay.c
fuzz_ldflags = $(AM_LDFLAGS)
endif

EXTRA_DIST += tests/fuzz/run tests/fuzz/http.dict tests/fuzz/corpus
fuzz_http_common = tests/fuzz/http_messages.c tests/fuzz/http_messages.h $(fuzz_main)
fuzz_http_libs = $(libs_http) $(libs_base) $(LLHTTP_LIBS)

tests_fuzz_fuzz_chunked_SOURCES = tests/fuzz/fuzz_chunked.c $(fuzz_http_common)
tests_fuzz_fuzz_chunked_LDADD = $(fuzz_http_libs)
tests_fuzz_fuzz_chunked_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_forwarding_SOURCES = tests/fuzz/fuzz_forwarding.c $(fuzz_http_common)
tests_fuzz_fuzz_forwarding_LDADD = $(fuzz_http_libs)
tests_fuzz_fuzz_forwarding_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http1_request_SOURCES = tests/fuzz/fuzz_http1_request.c $(fuzz_http_common)
tests_fuzz_fuzz_http1_request_LDADD = $(fuzz_http_libs)
tests_fuzz_fuzz_http1_request_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http1_response_SOURCES = tests/fuzz/fuzz_http1_response.c $(fuzz_http_common)
tests_fuzz_fuzz_http1_response_LDADD = $(fuzz_http_libs)
tests_fuzz_fuzz_http1_response_LDFLAGS = $(fuzz_ldflags)
include tests/fuzz/model.mk
include tests/fuzz/control.mk
include tests/fuzz/net.mk
include tests/fuzz/worker.mk
include tests/fuzz/processes.mk
include tests/fuzz/wire.mk
