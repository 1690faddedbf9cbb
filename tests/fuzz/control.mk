# SPDX-License-Identifier: Apache-2.0
# The fuzz target of src/control; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_docker_events tests/fuzz/fuzz_cluster_query
else
check_PROGRAMS += tests/fuzz/fuzz_docker_events tests/fuzz/fuzz_cluster_query
endif
tests_fuzz_fuzz_docker_events_SOURCES = tests/fuzz/fuzz_docker_events.c $(fuzz_main)
tests_fuzz_fuzz_docker_events_LDADD = libcontrol.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_docker_events_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_cluster_query_SOURCES = tests/fuzz/fuzz_cluster_query.c $(fuzz_main)
tests_fuzz_fuzz_cluster_query_LDADD = libcontrol.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_cluster_query_LDFLAGS = $(fuzz_ldflags)
