# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of src/model; local.mk says how it is linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_config tests/fuzz/fuzz_task
else
check_PROGRAMS += tests/fuzz/fuzz_config tests/fuzz/fuzz_task
endif
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(fuzz_main)
tests_fuzz_fuzz_config_LDADD = $(libs_model) $(LIBCONFIG_LIBS) $(JANSSON_LIBS)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_task_SOURCES = tests/fuzz/fuzz_task.c $(fuzz_main)
tests_fuzz_fuzz_task_LDADD = $(libs_model) $(JANSSON_LIBS)
tests_fuzz_fuzz_task_LDFLAGS = $(fuzz_ldflags)
