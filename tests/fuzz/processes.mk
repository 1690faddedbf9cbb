# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of what processes and people send to control; local.mk says how they are linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_admin tests/fuzz/fuzz_messages
else
check_PROGRAMS += tests/fuzz/fuzz_admin tests/fuzz/fuzz_messages
endif
tests_fuzz_fuzz_admin_SOURCES = tests/fuzz/fuzz_admin.c $(fuzz_main)
tests_fuzz_fuzz_admin_LDADD = $(libs_net) $(libs_system)
tests_fuzz_fuzz_admin_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_messages_SOURCES = tests/fuzz/fuzz_messages.c $(fuzz_main)
tests_fuzz_fuzz_messages_LDADD = $(libs_ipc) $(libs_system)
tests_fuzz_fuzz_messages_LDFLAGS = $(fuzz_ldflags)
