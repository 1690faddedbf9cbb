# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/control: one program a file.

control_docker_tests = tests/unit/control/driver/test_driver \
	tests/unit/control/docker/test_docker_driver tests/unit/control/docker/test_docker_logs \
	tests/unit/control/docker/test_docker_secrets tests/unit/control/docker/test_docker_template \
	tests/unit/control/docker/test_docker_end \
	tests/unit/control/docker/test_docker_replacement \
	tests/unit/control/docker/test_docker_container \
	tests/unit/control/docker/test_docker_events tests/unit/control/docker/test_docker_stop_sign \
	tests/unit/control/docker/test_docker_version
check_PROGRAMS += $(control_docker_tests)
docker_fixture = tests/unit/control/docker/docker_fixture.c \
	tests/unit/control/docker/docker_fixture.h
docker_test_libs = libcontrol.a $(libs_role) $(CMOCKA_LIBS) $(libs_system)
tests_unit_control_docker_test_docker_container_SOURCES = \
	tests/unit/control/docker/test_docker_container.c $(docker_fixture)
tests_unit_control_docker_test_docker_container_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_events_SOURCES = \
	tests/unit/control/docker/test_docker_events.c $(docker_fixture)
tests_unit_control_docker_test_docker_events_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_stop_sign_SOURCES = \
	tests/unit/control/docker/test_docker_stop_sign.c
tests_unit_control_docker_test_docker_stop_sign_LDADD = $(docker_test_libs)
tests_unit_control_driver_test_driver_SOURCES = tests/unit/control/driver/test_driver.c
tests_unit_control_driver_test_driver_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_driver_SOURCES = tests/unit/control/docker/test_docker_driver.c
tests_unit_control_docker_test_docker_driver_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_logs_SOURCES = tests/unit/control/docker/test_docker_logs.c
tests_unit_control_docker_test_docker_logs_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_secrets_SOURCES = tests/unit/control/docker/test_docker_secrets.c
tests_unit_control_docker_test_docker_secrets_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_template_SOURCES = tests/unit/control/docker/test_docker_template.c
tests_unit_control_docker_test_docker_template_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_end_SOURCES = tests/unit/control/docker/test_docker_end.c
tests_unit_control_docker_test_docker_end_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_version_SOURCES = tests/unit/control/docker/test_docker_version.c
tests_unit_control_docker_test_docker_version_LDADD = $(docker_test_libs)
tests_unit_control_docker_test_docker_replacement_SOURCES = \
	tests/unit/control/docker/test_docker_replacement.c $(docker_fixture)
tests_unit_control_docker_test_docker_replacement_LDADD = $(docker_test_libs)
EXTRA_DIST += tests/unit/control/keys/keys_unit.h \
	tests/fixtures/docker/events-1.24.json tests/fixtures/docker/events-1.52.json-seq \
	tests/fixtures/docker/events-1.52.jsonl tests/fixtures/docker/events-podman.json \
	tests/fixtures/docker/inspect-1.24.json tests/fixtures/docker/inspect-1.41.json \
	tests/fixtures/docker/inspect-1.41-paused.json tests/fixtures/docker/inspect-1.44.json \
	tests/fixtures/docker/inspect-1.52.json tests/fixtures/docker/inspect-podman.json \
	tests/fixtures/docker/list-1.41.json tests/fixtures/docker/list-1.52.json

control_world = tests/unit/control/world.c tests/unit/control/world.h
control_tests = tests/unit/control/processes/test_counter_board \
	tests/unit/control/registry/test_drain tests/unit/control/registry/test_event_log \
	tests/unit/control/registry/test_passive_health tests/unit/control/registry/test_registry \
	tests/unit/control/registry/test_service_match \
	tests/unit/control/test_state_file tests/unit/control/discovery/test_task_events
control_tests += tests/unit/control/processes/test_children \
	tests/unit/control/processes/test_listener_sockets \
	tests/unit/control/processes/test_publisher tests/unit/control/registry/test_claims \
	tests/unit/control/registry/test_dials tests/unit/control/docker/test_docker_network \
	tests/unit/control/discovery/test_discovery_file \
	tests/unit/control/discovery/test_providers
control_tests += tests/unit/control/rollout/test_container_stop \
	tests/unit/control/rollout/test_roll
control_tests += tests/unit/control/test_reload tests/unit/control/registry/test_notices
control_tests += tests/unit/control/registry/test_numbers tests/unit/control/registry/test_vacancies
control_tests += tests/unit/control/test_event_file
control_tests += tests/unit/control/test_handover
control_tests += tests/unit/control/objects/test_object_store tests/unit/control/objects/test_objects
control_tests += tests/unit/control/objects/test_restrictions
control_tests += tests/unit/control/test_run_lock tests/unit/control/test_stickiness_key
check_PROGRAMS += $(control_tests)
control_test_libs = libcontrol.a $(libs_role) $(CMOCKA_LIBS) $(libs_system)
tests_unit_control_processes_test_counter_board_SOURCES = tests/unit/control/processes/test_counter_board.c
tests_unit_control_processes_test_counter_board_LDADD = $(control_test_libs)
tests_unit_control_registry_test_vacancies_SOURCES = \
	tests/unit/control/registry/test_vacancies.c $(control_world)
tests_unit_control_registry_test_vacancies_LDADD = $(control_test_libs)
tests_unit_control_registry_test_drain_SOURCES = tests/unit/control/registry/test_drain.c $(control_world)
tests_unit_control_registry_test_drain_LDADD = $(control_test_libs)
tests_unit_control_registry_test_event_log_SOURCES = tests/unit/control/registry/test_event_log.c
tests_unit_control_registry_test_event_log_LDADD = $(control_test_libs)
tests_unit_control_registry_test_passive_health_SOURCES = \
	tests/unit/control/registry/test_passive_health.c $(control_world)
tests_unit_control_registry_test_passive_health_LDADD = $(control_test_libs)
tests_unit_control_registry_test_registry_SOURCES = tests/unit/control/registry/test_registry.c $(control_world)
tests_unit_control_registry_test_registry_LDADD = $(control_test_libs)
tests_unit_control_objects_test_object_store_SOURCES = \
	tests/unit/control/objects/test_object_store.c
tests_unit_control_objects_test_object_store_LDADD = $(control_test_libs)
tests_unit_control_objects_test_restrictions_SOURCES = tests/unit/control/objects/test_restrictions.c
tests_unit_control_objects_test_restrictions_LDADD = $(control_test_libs)
tests_unit_control_objects_test_objects_SOURCES = tests/unit/control/objects/test_objects.c
tests_unit_control_objects_test_objects_LDADD = $(control_test_libs)
tests_unit_control_test_event_file_SOURCES = tests/unit/control/test_event_file.c
tests_unit_control_test_event_file_LDADD = $(control_test_libs)
tests_unit_control_test_state_file_SOURCES = tests/unit/control/test_state_file.c $(control_world)
tests_unit_control_test_state_file_LDADD = $(control_test_libs)
tests_unit_control_discovery_test_task_events_SOURCES = \
	tests/unit/control/discovery/test_task_events.c $(control_world)
tests_unit_control_discovery_test_task_events_LDADD = $(control_test_libs)
tests_unit_control_registry_test_service_match_SOURCES = \
	tests/unit/control/registry/test_service_match.c $(control_world)
tests_unit_control_registry_test_service_match_LDADD = $(control_test_libs)
tests_unit_control_processes_test_children_SOURCES = tests/unit/control/processes/test_children.c
tests_unit_control_processes_test_children_LDADD = $(control_test_libs)
tests_unit_control_processes_test_publisher_SOURCES = tests/unit/control/processes/test_publisher.c
tests_unit_control_processes_test_publisher_LDADD = $(control_test_libs)
tests_unit_control_registry_test_notices_SOURCES = \
	tests/unit/control/registry/test_notices.c $(control_world)
tests_unit_control_registry_test_notices_LDADD = $(control_test_libs)
tests_unit_control_docker_test_docker_network_SOURCES = tests/unit/control/docker/test_docker_network.c
tests_unit_control_docker_test_docker_network_LDADD = $(control_test_libs)
tests_unit_control_registry_test_dials_SOURCES = tests/unit/control/registry/test_dials.c \
	$(control_world)
tests_unit_control_registry_test_dials_LDADD = $(control_test_libs)
tests_unit_control_registry_test_claims_SOURCES = tests/unit/control/registry/test_claims.c
tests_unit_control_registry_test_claims_LDADD = $(control_test_libs)
tests_unit_control_discovery_test_discovery_file_SOURCES = \
	tests/unit/control/discovery/test_discovery_file.c
tests_unit_control_discovery_test_discovery_file_LDADD = $(control_test_libs)
tests_unit_control_discovery_test_providers_SOURCES = \
	tests/unit/control/discovery/test_providers.c $(control_world)
tests_unit_control_discovery_test_providers_LDADD = $(control_test_libs)
rollout_stand = tests/unit/control/rollout/rollout_stand.c \
	tests/unit/control/rollout/rollout_stand.h $(control_world)
tests_unit_control_rollout_test_container_stop_SOURCES = \
	tests/unit/control/rollout/test_container_stop.c $(rollout_stand)
tests_unit_control_rollout_test_container_stop_LDADD = $(control_test_libs)
tests_unit_control_rollout_test_roll_SOURCES = tests/unit/control/rollout/test_roll.c \
	$(rollout_stand)
tests_unit_control_rollout_test_roll_LDADD = $(control_test_libs)
tests_unit_control_test_reload_SOURCES = tests/unit/control/test_reload.c $(control_world)
tests_unit_control_test_reload_LDADD = $(control_test_libs)
tests_unit_control_test_run_lock_SOURCES = tests/unit/control/test_run_lock.c
tests_unit_control_test_run_lock_LDADD = $(control_test_libs)
tests_unit_control_test_stickiness_key_SOURCES = tests/unit/control/test_stickiness_key.c
tests_unit_control_test_stickiness_key_LDADD = $(control_test_libs)
tests_unit_control_test_handover_SOURCES = tests/unit/control/test_handover.c
tests_unit_control_test_handover_LDADD = $(control_test_libs)
tests_unit_control_registry_test_numbers_SOURCES = tests/unit/control/registry/test_numbers.c
tests_unit_control_registry_test_numbers_LDADD = $(control_test_libs)

control_keys_tests = tests/unit/control/admin/test_admin_audit \
	tests/unit/control/admin/test_name_list \
	tests/unit/control/elbv2/test_elbv2_arn_form \
	tests/unit/control/aws/test_aws_call \
	tests/unit/control/ecr/test_ecr \
	tests/unit/control/elbv2/test_elbv2_effective \
	tests/unit/control/ec2/test_ec2_security_group_rules \
	tests/unit/control/elbv2/test_elbv2_patterns \
	tests/unit/control/elbv2/test_elbv2_quotas \
	tests/unit/control/elbv2/test_elbv2_unbuilt \
	tests/unit/control/ecs/test_ecs_listing \
	tests/unit/control/object_commands/test_object_settings \
	tests/unit/control/keys/test_access_key \
	tests/unit/control/keys/test_access_keys tests/unit/control/keys/test_bad_signatures \
	tests/unit/control/keys/test_key_file tests/unit/control/keys/test_kept_answers tests/unit/control/keys/test_key_rates tests/unit/control/keys/test_key_uses \
	tests/unit/control/keys/test_repeats \
	tests/unit/control/keys/test_verifier
check_PROGRAMS += $(control_keys_tests)
tests_unit_control_admin_test_name_list_SOURCES = tests/unit/control/admin/test_name_list.c
tests_unit_control_admin_test_name_list_LDADD = $(control_test_libs)
tests_unit_control_keys_test_access_key_SOURCES = tests/unit/control/keys/test_access_key.c
tests_unit_control_keys_test_access_key_LDADD = $(control_test_libs)
tests_unit_control_keys_test_access_keys_SOURCES = tests/unit/control/keys/test_access_keys.c
tests_unit_control_keys_test_access_keys_LDADD = $(control_test_libs)
tests_unit_control_keys_test_key_file_SOURCES = tests/unit/control/keys/test_key_file.c
tests_unit_control_keys_test_key_file_LDADD = $(control_test_libs)
tests_unit_control_keys_test_kept_answers_SOURCES = tests/unit/control/keys/test_kept_answers.c
tests_unit_control_keys_test_kept_answers_LDADD = $(control_test_libs)
tests_unit_control_keys_test_key_rates_SOURCES = tests/unit/control/keys/test_key_rates.c
tests_unit_control_keys_test_key_rates_LDADD = $(control_test_libs)
tests_unit_control_keys_test_key_uses_SOURCES = tests/unit/control/keys/test_key_uses.c
tests_unit_control_keys_test_key_uses_LDADD = $(control_test_libs)
tests_unit_control_keys_test_bad_signatures_SOURCES = tests/unit/control/keys/test_bad_signatures.c
tests_unit_control_keys_test_bad_signatures_LDADD = $(control_test_libs)
tests_unit_control_keys_test_repeats_SOURCES = tests/unit/control/keys/test_repeats.c
tests_unit_control_keys_test_repeats_LDADD = $(control_test_libs)
tests_unit_control_keys_test_verifier_SOURCES = tests/unit/control/keys/test_verifier.c
tests_unit_control_keys_test_verifier_LDADD = $(control_test_libs)
tests_unit_control_admin_test_admin_audit_SOURCES = tests/unit/control/admin/test_admin_audit.c
tests_unit_control_admin_test_admin_audit_LDADD = $(control_test_libs)

control_certificates_tests = tests/unit/control/certificates/test_certificate_reader \
	tests/unit/control/certificates/test_ticket_keys
check_PROGRAMS += $(control_certificates_tests)
control_certificates_libs = libcontrol.a $(libs_role) $(CMOCKA_LIBS) $(libs_system)
tests_unit_control_certificates_test_certificate_reader_SOURCES = \
	tests/unit/control/certificates/test_certificate_reader.c $(test_certificates)
tests_unit_control_certificates_test_certificate_reader_LDADD = $(control_certificates_libs)
tests_unit_control_certificates_test_ticket_keys_SOURCES = \
	tests/unit/control/certificates/test_ticket_keys.c
tests_unit_control_certificates_test_ticket_keys_LDADD = $(control_certificates_libs)
tests_unit_control_ecr_test_ecr_SOURCES = tests/unit/control/ecr/test_ecr.c
tests_unit_control_ecr_test_ecr_LDADD = $(control_test_libs)
tests_unit_control_ecs_test_ecs_listing_SOURCES = tests/unit/control/ecs/test_ecs_listing.c
tests_unit_control_ecs_test_ecs_listing_LDADD = $(control_test_libs)
tests_unit_control_elbv2_test_elbv2_arn_form_SOURCES = tests/unit/control/elbv2/test_elbv2_arn_form.c
tests_unit_control_elbv2_test_elbv2_arn_form_LDADD = $(control_test_libs)
tests_unit_control_elbv2_test_elbv2_effective_SOURCES = tests/unit/control/elbv2/test_elbv2_effective.c
tests_unit_control_elbv2_test_elbv2_effective_LDADD = $(control_test_libs)
tests_unit_control_elbv2_test_elbv2_patterns_SOURCES = tests/unit/control/elbv2/test_elbv2_patterns.c
tests_unit_control_elbv2_test_elbv2_patterns_LDADD = $(control_test_libs)
tests_unit_control_elbv2_test_elbv2_quotas_SOURCES = tests/unit/control/elbv2/test_elbv2_quotas.c
tests_unit_control_elbv2_test_elbv2_quotas_LDADD = $(control_test_libs)
tests_unit_control_elbv2_test_elbv2_unbuilt_SOURCES = tests/unit/control/elbv2/test_elbv2_unbuilt.c
tests_unit_control_elbv2_test_elbv2_unbuilt_LDADD = $(control_test_libs)
tests_unit_control_object_commands_test_object_settings_SOURCES = tests/unit/control/object_commands/test_object_settings.c
tests_unit_control_object_commands_test_object_settings_LDADD = $(control_test_libs)
tests_unit_control_aws_test_aws_call_SOURCES = tests/unit/control/aws/test_aws_call.c
tests_unit_control_aws_test_aws_call_LDADD = $(control_test_libs)
tests_unit_control_processes_test_listener_sockets_SOURCES = tests/unit/control/processes/test_listener_sockets.c
tests_unit_control_processes_test_listener_sockets_LDADD = $(control_test_libs)
tests_unit_control_ec2_test_ec2_security_group_rules_SOURCES = tests/unit/control/ec2/test_ec2_security_group_rules.c
tests_unit_control_ec2_test_ec2_security_group_rules_LDADD = $(control_test_libs)

control_scheduler_tests = tests/unit/control/scheduler/test_cluster_query \
	tests/unit/control/scheduler/test_plan tests/unit/control/scheduler/test_scheduler \
	tests/unit/control/scheduler/test_breaker tests/unit/control/scheduler/test_service_document \
	tests/unit/control/scheduler/test_task_labels tests/unit/control/scheduler/test_placement
check_PROGRAMS += $(control_scheduler_tests)
fake_engine = tests/unit/control/scheduler/fake_engine.c tests/unit/control/scheduler/fake_engine.h
tests_unit_control_scheduler_test_scheduler_SOURCES = tests/unit/control/scheduler/test_scheduler.c \
	$(fake_engine) $(control_world)
tests_unit_control_scheduler_test_scheduler_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_plan_SOURCES = tests/unit/control/scheduler/test_plan.c
tests_unit_control_scheduler_test_plan_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_cluster_query_SOURCES = tests/unit/control/scheduler/test_cluster_query.c
tests_unit_control_scheduler_test_cluster_query_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_breaker_SOURCES = tests/unit/control/scheduler/test_breaker.c
tests_unit_control_scheduler_test_breaker_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_service_document_SOURCES = tests/unit/control/scheduler/test_service_document.c
tests_unit_control_scheduler_test_service_document_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_task_labels_SOURCES = tests/unit/control/scheduler/test_task_labels.c
tests_unit_control_scheduler_test_task_labels_LDADD = $(docker_test_libs)
tests_unit_control_scheduler_test_placement_SOURCES = tests/unit/control/scheduler/test_placement.c
tests_unit_control_scheduler_test_placement_LDADD = $(docker_test_libs)
