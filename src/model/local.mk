# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/actions.def src/model/conditions.def src/model/request_fields.def src/model/response_fields.def \
	src/model/config.c src/model/config.h \
	src/model/config_additions.c src/model/config_additions.h \
	src/model/config_restrictions.c src/model/config_restrictions.h \
	src/model/config_balancers.c \
	src/model/config_certificates.c \
	src/model/config_check.c src/model/config_check.h \
	src/model/config_check_engines.c src/model/config_check_engines.h \
	src/model/config_engines.c src/model/config_engines.h \
	src/model/config_check_counts.c src/model/config_check_counts.h \
	src/model/config_check_places.c src/model/config_check_places.h \
	src/model/config_check_rules.c src/model/config_check_rules.h \
	src/model/config_check_tls.c src/model/config_check_tls.h \
	src/model/config_inspect.c src/model/config_inspect.h \
	src/model/config_load.c \
	src/model/config_object.c src/model/config_object.h \
	src/model/config_report.c src/model/config_report.h \
	src/model/config_restart.c src/model/config_restart.h \
	src/model/config_scan.c src/model/config_scan.h \
	src/model/config_source.c src/model/config_source.h \
	src/model/config_tree.c src/model/config_tree.h \
	src/model/config_fact.c src/model/config_walk.c src/model/config_walk.h \
	src/model/config_changes.c src/model/config_changes.h \
	src/model/config_warn.c src/model/config_warn.h \
	src/model/host_reach.c src/model/host_reach.def src/model/host_reach.h \
	src/model/http_codes.c src/model/http_codes.h \
	src/model/setting_places.c src/model/setting_places.h \
	src/model/setting_value.c src/model/setting_value.h \
	src/model/settings.c src/model/settings.def src/model/settings.h \
	src/model/ssl_policies.def src/model/ssl_policy.c src/model/ssl_policy.h \
	src/model/probe_outcome.c src/model/probe_outcome.h src/model/probe_outcomes.def \
	src/model/target.c src/model/target.h \
	src/model/target_address.c src/model/target_address.h \
	src/model/task_definition.c src/model/task_definition.h \
	src/model/task_definition_check.c src/model/task_definition_check.h \
	src/model/task_definition_container.c src/model/task_definition_form.c src/model/task_definition_ports.c \
	src/model/task_definition_reach.c src/model/task_definition_relations.c src/model/task_definition_volumes.c \
	src/model/task.c src/model/task.h src/model/task_json.c \
	src/model/task_text.c src/model/task_text.h \
	src/model/target_reasons.def \
	src/model/target_states.def
EXTRA_DIST += conf/fairlead.conf conf/https.conf
