# Unit tests of src/ipc: one program a file.
unit_ipc = tests/unit/ipc/test_route
check_PROGRAMS += $(unit_ipc)
snapshot_sample = tests/support/snapshot_sample.c tests/support/snapshot_sample.h
tests_unit_ipc_test_route_SOURCES = tests/unit/ipc/test_route.c $(snapshot_sample)
tests_unit_ipc_test_route_LDADD = $(libs_ipc) $(libs_system) $(CMOCKA_LIBS)
