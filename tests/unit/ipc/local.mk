# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/ipc: one program a file.
unit_ipc = \
	tests/unit/ipc/test_access_record \
	tests/unit/ipc/test_api_call \
	tests/unit/ipc/test_certificate_book \
	tests/unit/ipc/test_channel \
	tests/unit/ipc/test_counters \
	tests/unit/ipc/test_page \
	tests/unit/ipc/test_route \
	tests/unit/ipc/test_route_path \
	tests/unit/ipc/test_snapshot
check_PROGRAMS += $(unit_ipc)
unit_ipc_libs = $(libs_ipc) $(libs_system) $(CMOCKA_LIBS)
tests_unit_ipc_test_access_record_SOURCES = tests/unit/ipc/test_access_record.c
tests_unit_ipc_test_access_record_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_api_call_SOURCES = tests/unit/ipc/test_api_call.c
tests_unit_ipc_test_api_call_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_certificate_book_SOURCES = tests/unit/ipc/test_certificate_book.c
tests_unit_ipc_test_certificate_book_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_channel_SOURCES = tests/unit/ipc/test_channel.c
tests_unit_ipc_test_channel_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_counters_SOURCES = tests/unit/ipc/test_counters.c
tests_unit_ipc_test_counters_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_page_SOURCES = tests/unit/ipc/test_page.c
tests_unit_ipc_test_page_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_route_SOURCES = tests/unit/ipc/test_route.c $(snapshot_sample)
tests_unit_ipc_test_route_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_route_path_SOURCES = tests/unit/ipc/test_route_path.c
tests_unit_ipc_test_route_path_LDADD = $(unit_ipc_libs)
tests_unit_ipc_test_snapshot_SOURCES = tests/unit/ipc/test_snapshot.c $(snapshot_sample)
tests_unit_ipc_test_snapshot_LDADD = $(unit_ipc_libs)
