# SPDX-License-Identifier: Apache-2.0
# The fuzz target of src/net; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_proxy_protocol
else
check_PROGRAMS += tests/fuzz/fuzz_proxy_protocol
endif
tests_fuzz_fuzz_proxy_protocol_SOURCES = tests/fuzz/fuzz_proxy_protocol.c $(fuzz_main)
tests_fuzz_fuzz_proxy_protocol_LDADD = $(libs_net)
tests_fuzz_fuzz_proxy_protocol_LDFLAGS = $(fuzz_ldflags)
