# SPDX-License-Identifier: Apache-2.0
# The fuzz target of src/control; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_docker_events
else
check_PROGRAMS += tests/fuzz/fuzz_docker_events
endif
tests_fuzz_fuzz_docker_events_SOURCES = tests/fuzz/fuzz_docker_events.c $(fuzz_main)
tests_fuzz_fuzz_docker_events_LDADD = libcontrol.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_docker_events_LDFLAGS = $(fuzz_ldflags)
