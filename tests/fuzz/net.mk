# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of src/net; local.mk says how they are linked.
fuzz_net = tests/fuzz/fuzz_proxy_protocol tests/fuzz/fuzz_tls_hello
if BUILD_FUZZERS
noinst_PROGRAMS += $(fuzz_net)
else
check_PROGRAMS += $(fuzz_net)
endif
tests_fuzz_fuzz_proxy_protocol_SOURCES = tests/fuzz/fuzz_proxy_protocol.c $(fuzz_main)
tests_fuzz_fuzz_proxy_protocol_LDADD = $(libs_net)
tests_fuzz_fuzz_proxy_protocol_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tls_hello_SOURCES = tests/fuzz/fuzz_tls_hello.c \
	tests/support/certificates.c tests/support/certificates.h $(fuzz_main)
tests_fuzz_fuzz_tls_hello_LDADD = $(libs_net) $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
tests_fuzz_fuzz_tls_hello_LDFLAGS = $(fuzz_ldflags)
