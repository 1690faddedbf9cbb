# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/logger: one program a file.
unit_logger = \
	tests/unit/logger/test_access_line \
	tests/unit/logger/test_access_log \
	tests/unit/logger/test_connection_line \
	tests/unit/logger/test_log_file \
	tests/unit/logger/test_logger
check_PROGRAMS += $(unit_logger)
libs_logger = liblogger.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
tests_unit_logger_test_access_line_SOURCES = tests/unit/logger/test_access_line.c
tests_unit_logger_test_access_line_LDADD = $(libs_logger)
tests_unit_logger_test_access_log_SOURCES = tests/unit/logger/test_access_log.c
tests_unit_logger_test_access_log_LDADD = $(libs_logger)
tests_unit_logger_test_connection_line_SOURCES = tests/unit/logger/test_connection_line.c
tests_unit_logger_test_connection_line_LDADD = $(libs_logger)
tests_unit_logger_test_log_file_SOURCES = tests/unit/logger/test_log_file.c
tests_unit_logger_test_log_file_LDADD = $(libs_logger)
tests_unit_logger_test_logger_SOURCES = tests/unit/logger/test_logger.c
tests_unit_logger_test_logger_LDADD = $(libs_logger)
EXTRA_DIST += tests/unit/logger/logger_unit.h
