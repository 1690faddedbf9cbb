# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/model: one program a file.
unit_model = tests/unit/model/test_config tests/unit/model/test_config_changes \
	tests/unit/model/test_config_engines \
	tests/unit/model/test_config_restrictions \
	tests/unit/model/test_config_additions tests/unit/model/test_config_scan tests/unit/model/test_config_tree \
	tests/unit/model/test_config_walk tests/unit/model/test_config_tls \
	tests/unit/model/test_host_reach tests/unit/model/test_http_codes tests/unit/model/test_ssl_policy \
	tests/unit/model/test_target tests/unit/model/test_task tests/unit/model/test_task_definition
check_PROGRAMS += $(unit_model)
unit_model_libs = $(libs_model) $(LIBCONFIG_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_model_test_config_SOURCES = tests/unit/model/test_config.c
tests_unit_model_test_config_LDADD = $(unit_model_libs)
tests_unit_model_test_config_engines_SOURCES = tests/unit/model/test_config_engines.c
tests_unit_model_test_config_engines_LDADD = $(unit_model_libs)
tests_unit_model_test_config_restrictions_SOURCES = tests/unit/model/test_config_restrictions.c
tests_unit_model_test_config_restrictions_LDADD = $(unit_model_libs)
tests_unit_model_test_config_additions_SOURCES = tests/unit/model/test_config_additions.c
tests_unit_model_test_config_additions_LDADD = $(unit_model_libs)
tests_unit_model_test_config_scan_SOURCES = tests/unit/model/test_config_scan.c
tests_unit_model_test_config_scan_LDADD = $(unit_model_libs)
tests_unit_model_test_config_tree_SOURCES = tests/unit/model/test_config_tree.c
tests_unit_model_test_config_tree_LDADD = $(unit_model_libs)
tests_unit_model_test_config_walk_SOURCES = tests/unit/model/test_config_walk.c
tests_unit_model_test_config_walk_LDADD = $(unit_model_libs)
tests_unit_model_test_config_changes_SOURCES = tests/unit/model/test_config_changes.c
tests_unit_model_test_config_changes_LDADD = $(unit_model_libs)
tests_unit_model_test_config_tls_SOURCES = tests/unit/model/test_config_tls.c
tests_unit_model_test_config_tls_LDADD = $(unit_model_libs)
tests_unit_model_test_host_reach_SOURCES = tests/unit/model/test_host_reach.c
tests_unit_model_test_host_reach_LDADD = $(unit_model_libs)
tests_unit_model_test_http_codes_SOURCES = tests/unit/model/test_http_codes.c
tests_unit_model_test_http_codes_LDADD = $(unit_model_libs)
tests_unit_model_test_ssl_policy_SOURCES = tests/unit/model/test_ssl_policy.c
tests_unit_model_test_ssl_policy_LDADD = $(unit_model_libs)
tests_unit_model_test_target_SOURCES = tests/unit/model/test_target.c
tests_unit_model_test_target_LDADD = $(unit_model_libs)
tests_unit_model_test_task_SOURCES = tests/unit/model/test_task.c
tests_unit_model_test_task_LDADD = $(unit_model_libs)
tests_unit_model_test_task_definition_SOURCES = tests/unit/model/test_task_definition.c
tests_unit_model_test_task_definition_LDADD = $(unit_model_libs)
