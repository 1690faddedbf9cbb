# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/observer: one program a file.
unit_observer = \
	tests/unit/observer/test_health \
	tests/unit/observer/test_metrics \
	tests/unit/observer/test_observer \
	tests/unit/observer/test_probe_http \
	tests/unit/observer/test_verdict
check_PROGRAMS += $(unit_observer)
libs_observer = libobserver.a $(libs_role) $(libs_system) $(CMOCKA_LIBS)
tests_unit_observer_test_health_SOURCES = tests/unit/observer/test_health.c $(snapshot_sample)
tests_unit_observer_test_health_LDADD = $(libs_observer)
tests_unit_observer_test_metrics_SOURCES = tests/unit/observer/test_metrics.c $(snapshot_sample)
tests_unit_observer_test_metrics_LDADD = $(libs_observer)
tests_unit_observer_test_observer_SOURCES = tests/unit/observer/test_observer.c $(snapshot_sample)
tests_unit_observer_test_observer_LDADD = $(libs_observer)
tests_unit_observer_test_probe_http_SOURCES = tests/unit/observer/test_probe_http.c
tests_unit_observer_test_probe_http_LDADD = $(libs_observer)
tests_unit_observer_test_verdict_SOURCES = tests/unit/observer/test_verdict.c
tests_unit_observer_test_verdict_LDADD = $(libs_observer)
