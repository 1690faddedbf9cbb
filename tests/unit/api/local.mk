# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/api: one program a file.
unit_api = \
	tests/unit/api/test_api \
	tests/unit/api/test_failures \
	tests/unit/api/test_history \
	tests/unit/api/test_host_check \
	tests/unit/api/test_json_writer \
	tests/unit/api/test_overview
check_PROGRAMS += $(unit_api)
libs_api = libapi.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
tests_unit_api_test_api_SOURCES = tests/unit/api/test_api.c $(snapshot_sample)
tests_unit_api_test_api_LDADD = $(libs_api)
tests_unit_api_test_failures_SOURCES = tests/unit/api/test_failures.c
tests_unit_api_test_failures_LDADD = $(libs_api)
tests_unit_api_test_history_SOURCES = tests/unit/api/test_history.c
tests_unit_api_test_history_LDADD = $(libs_api)
tests_unit_api_test_host_check_SOURCES = tests/unit/api/test_host_check.c
tests_unit_api_test_host_check_LDADD = $(libs_api)
tests_unit_api_test_json_writer_SOURCES = tests/unit/api/test_json_writer.c
tests_unit_api_test_json_writer_LDADD = $(libs_api)
tests_unit_api_test_overview_SOURCES = tests/unit/api/test_overview.c $(snapshot_sample)
tests_unit_api_test_overview_LDADD = $(libs_api)
