# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/api: one program a file.
unit_api = \
	tests/unit/api/test_host_check
check_PROGRAMS += $(unit_api)
libs_api = libapi.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
tests_unit_api_test_host_check_SOURCES = tests/unit/api/test_host_check.c
tests_unit_api_test_host_check_LDADD = $(libs_api)
