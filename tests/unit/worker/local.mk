# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/worker: one program a file.
worker_fixture = tests/unit/worker/worker_fixture.c tests/unit/worker/worker_fixture.h $(snapshot_sample)
unit_worker_libs = libworker.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/worker/balancing/test_balancer
tests_unit_worker_balancing_test_balancer_SOURCES = tests/unit/worker/balancing/test_balancer.c $(worker_fixture)
tests_unit_worker_balancing_test_balancer_LDADD = $(unit_worker_libs)
worker_stand = tests/support/worker_stand.c tests/support/worker_stand.h $(snapshot_sample)
check_PROGRAMS += tests/unit/worker/exchange/test_exchange
tests_unit_worker_exchange_test_exchange_SOURCES = tests/unit/worker/exchange/test_exchange.c $(worker_stand)
tests_unit_worker_exchange_test_exchange_LDADD = $(unit_worker_libs)
check_PROGRAMS += tests/unit/worker/http1/test_framing
tests_unit_worker_http1_test_framing_SOURCES = tests/unit/worker/http1/test_framing.c
tests_unit_worker_http1_test_framing_LDADD = $(unit_worker_libs)
check_PROGRAMS += tests/unit/worker/exchange/test_splice
tests_unit_worker_exchange_test_splice_SOURCES = tests/unit/worker/exchange/test_splice.c
tests_unit_worker_exchange_test_splice_LDADD = $(unit_worker_libs)
check_PROGRAMS += tests/unit/worker/targets/test_target_table
tests_unit_worker_targets_test_target_table_SOURCES = tests/unit/worker/targets/test_target_table.c $(worker_fixture)
tests_unit_worker_targets_test_target_table_LDADD = $(unit_worker_libs)
check_PROGRAMS += tests/unit/worker/balancing/test_stickiness
tests_unit_worker_balancing_test_stickiness_SOURCES = tests/unit/worker/balancing/test_stickiness.c $(worker_stand)
tests_unit_worker_balancing_test_stickiness_LDADD = $(unit_worker_libs)
check_PROGRAMS += tests/unit/worker/balancing/test_ticket
tests_unit_worker_balancing_test_ticket_SOURCES = tests/unit/worker/balancing/test_ticket.c
tests_unit_worker_balancing_test_ticket_LDADD = $(unit_worker_libs)
