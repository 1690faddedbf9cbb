# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/base: one program a file.
unit_base = tests/unit/base/test_address tests/unit/base/test_log \
	tests/unit/base/test_sandbox \
	tests/unit/base/test_slice tests/unit/base/test_text
check_PROGRAMS += $(unit_base)
tests_unit_base_test_address_SOURCES = tests/unit/base/test_address.c
tests_unit_base_test_address_LDADD = $(libs_base) $(CMOCKA_LIBS)
tests_unit_base_test_log_SOURCES = tests/unit/base/test_log.c
tests_unit_base_test_log_LDADD = $(libs_base) $(CMOCKA_LIBS)
tests_unit_base_test_slice_SOURCES = tests/unit/base/test_slice.c
tests_unit_base_test_slice_LDADD = $(libs_base) $(CMOCKA_LIBS)
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_LDADD = $(libs_base) $(CMOCKA_LIBS)
tests_unit_base_test_sandbox_SOURCES = tests/unit/base/test_sandbox.c
tests_unit_base_test_sandbox_LDADD = $(libs_base) $(CMOCKA_LIBS)
