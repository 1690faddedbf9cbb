# Unit tests of src/worker: one program a file.
worker_fixture = tests/unit/worker/worker_fixture.c tests/unit/worker/worker_fixture.h $(snapshot_sample)
unit_worker_libs = libworker.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/worker/test_balancer
tests_unit_worker_test_balancer_SOURCES = tests/unit/worker/test_balancer.c $(worker_fixture)
tests_unit_worker_test_balancer_LDADD = $(unit_worker_libs)
worker_stand = tests/support/worker_stand.c tests/support/worker_stand.h $(snapshot_sample)
check_PROGRAMS += tests/unit/worker/test_exchange
tests_unit_worker_test_exchange_SOURCES = tests/unit/worker/test_exchange.c $(worker_stand)
tests_unit_worker_test_exchange_LDADD = $(unit_worker_libs)
