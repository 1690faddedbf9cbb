# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	src/control/child_words.c src/control/child_words.h \
	src/control/control.c src/control/control.h \
	src/control/object_orders.c src/control/object_orders.h \
	src/control/parts.c src/control/parts.h \
	src/control/event_file.c src/control/event_file.h \
	src/control/renewal.c src/control/renewal.h \
	src/control/reload.c src/control/reload.h src/control/reload_order.h \
	src/control/handover.c src/control/handover.h src/control/handover_form.h src/control/handover_write.c \
	src/control/socket_store.c src/control/socket_store.h \
	src/control/run_lock.c src/control/run_lock.h \
	src/control/upgrade.c src/control/upgrade.h \
	src/control/signals.c src/control/signals.h src/control/signals.def \
	src/control/state_file.c src/control/state_file.h \
	src/control/stickiness_key.c src/control/stickiness_key.h \
	src/control/supervisor.c src/control/supervisor.h \
	src/control/certificates/certificate_files.c src/control/certificates/certificate_files.h \
	src/control/certificates/api_pair_reader.c src/control/certificates/api_pair_reader.h \
	src/control/certificates/certificate_reader.c src/control/certificates/certificate_reader.h \
	src/control/certificates/certificate_store.c src/control/certificates/certificate_store.h \
	src/control/certificates/challenges.c src/control/certificates/challenges.h \
	src/control/certificates/certificate_watch.c src/control/certificates/certificate_watch.h \
	src/control/certificates/pair_files.c src/control/certificates/pair_files.h \
	src/control/certificates/stamped_file.c src/control/certificates/stamped_file.h \
	src/control/certificates/trust_reader.c src/control/certificates/trust_reader.h \
	src/control/certificates/ticket_keys.c src/control/certificates/ticket_keys.h \
	src/control/registry/claims.c src/control/registry/claims.h \
	src/control/registry/dials.c src/control/registry/dials.h \
	src/control/registry/drain.c src/control/registry/drain.h \
	src/control/registry/vacancies.c src/control/registry/vacancies.h \
	src/control/registry/event_kinds.c src/control/registry/event_kinds.h \
	src/control/registry/event_kinds.def \
	src/control/registry/event_log.c src/control/registry/event_log.h \
	src/control/registry/group_watch.c src/control/registry/group_watch.h \
	src/control/registry/local_addresses.c src/control/registry/local_addresses.h \
	src/control/registry/misfit.c src/control/registry/misfit.h \
	src/control/registry/notices.c src/control/registry/notices.h \
	src/control/registry/numbers.c src/control/registry/numbers.h \
	src/control/registry/override_kinds.def \
	src/control/registry/overrides.c src/control/registry/overrides.h \
	src/control/registry/passive_health.c src/control/registry/passive_health.h \
	src/control/registry/plain_targets.c src/control/registry/plain_targets.h \
	src/control/registry/projects.c src/control/registry/projects.h \
	src/control/registry/reconcile.c src/control/registry/reconcile.h \
	src/control/registry/registered_target.c src/control/registry/registered_target.h \
	src/control/registry/registry.c src/control/registry/registry.h \
	src/control/registry/registry_by_hand.c src/control/registry/registry_state.h \
	src/control/registry/registry_reports.c \
	src/control/registry/service_match.c src/control/registry/service_match.h \
	src/control/registry/target_events.c src/control/registry/target_events.h \
	src/control/registry/target_memories.c src/control/registry/target_memories.h \
	src/control/registry/target_waits.c src/control/registry/target_waits.h \
	src/control/registry/targets.c src/control/registry/targets.h \
	src/control/registry/task_record.h \
	src/control/discovery/discovery.c src/control/discovery/discovery.h \
	src/control/discovery/discovery_file.c \
	src/control/discovery/discovery_kinds.def \
	src/control/discovery/problems.c src/control/discovery/problems.h \
	src/control/discovery/provider_reach.c src/control/discovery/provider_reach.h \
	src/control/discovery/providers.c src/control/discovery/providers.h \
	src/control/discovery/task_events.c src/control/discovery/task_events.h \
	src/control/discovery/task_file.c src/control/discovery/task_file.h \
	src/control/discovery/task_set.c src/control/discovery/task_set.h \
	src/control/driver/driver.c src/control/driver/driver.h src/control/driver/driver_acts.def \
	src/control/driver/driver_kind.h \
	src/control/docker/discovery_docker.c \
	src/control/docker/docker_acts.def \
	src/control/docker/docker_driver.c src/control/docker/docker_driver.h \
	src/control/docker/docker_logs.c src/control/docker/docker_logs.h \
	src/control/docker/docker_pull.c src/control/docker/docker_pull.h \
	src/control/docker/docker_secrets.c src/control/docker/docker_secrets.h \
	src/control/docker/docker_template.c src/control/docker/docker_template.h \
	src/control/docker/docker_template_mounts.c src/control/docker/docker_template_mounts.h \
	src/control/docker/docker_template_ports.c src/control/docker/docker_template_ports.h \
	src/control/docker/docker_template_values.c src/control/docker/docker_template_values.h \
	src/control/docker/docker_container.c src/control/docker/docker_container.h \
	src/control/docker/docker_end.c src/control/docker/docker_end.h \
	src/control/docker/docker_engine.c src/control/docker/docker_engine.h \
	src/control/docker/docker_entry.c src/control/docker/docker_entry.h \
	src/control/docker/docker_events.c src/control/docker/docker_events.h \
	src/control/docker/docker_follower.c src/control/docker/docker_follower.h \
	src/control/docker/docker_items.c src/control/docker/docker_items.h \
	src/control/docker/docker_labels.c src/control/docker/docker_labels.def \
	src/control/docker/docker_labels.h \
	src/control/docker/docker_list.c \
	src/control/docker/docker_namespace.c src/control/docker/docker_namespace.h \
	src/control/docker/docker_network.c src/control/docker/docker_network.h \
	src/control/docker/docker_self.c src/control/docker/docker_self.h \
	src/control/docker/docker_replacement.c src/control/docker/docker_replacement.h \
	src/control/docker/docker_roster.c src/control/docker/docker_roster.h \
	src/control/docker/docker_stop_sign.c src/control/docker/docker_stop_sign.h \
	src/control/docker/docker_sweep.c src/control/docker/docker_sweep.h \
	src/control/docker/docker_version.c src/control/docker/docker_version.h \
	src/control/keys/access_key.c src/control/keys/access_key.h \
	src/control/keys/access_keys.c src/control/keys/access_keys.h \
	src/control/keys/bad_signatures.c src/control/keys/bad_signatures.h \
	src/control/keys/key_file.c src/control/keys/key_file.h \
	src/control/keys/kept_answers.c src/control/keys/kept_answers.h \
	src/control/keys/key_rates.c src/control/keys/key_rates.h \
	src/control/keys/key_uses.c src/control/keys/key_uses.h \
	src/control/keys/repeats.c src/control/keys/repeats.h \
	src/control/keys/verifier.c src/control/keys/verifier.h \
	src/control/objects/object_store.c src/control/objects/object_store.h \
	src/control/objects/objects.c src/control/objects/objects.h \
	src/control/objects/restrictions.c src/control/objects/restrictions.h \
	src/control/scheduler/breaker.c src/control/scheduler/breaker.h \
	src/control/scheduler/cluster_query.c src/control/scheduler/cluster_query.h \
	src/control/scheduler/engine_containers.c src/control/scheduler/engine_containers.h \
	src/control/scheduler/image_pulls.c src/control/scheduler/image_pulls.h \
	src/control/scheduler/instances.c src/control/scheduler/instances.h \
	src/control/scheduler/placement.c src/control/scheduler/placement.h \
	src/control/scheduler/placement_view.c src/control/scheduler/placement_view.h \
	src/control/scheduler/plan.c src/control/scheduler/plan.h \
	src/control/scheduler/scheduled_task.c src/control/scheduler/scheduled_task.h \
	src/control/scheduler/scheduler.c src/control/scheduler/scheduler.h \
	src/control/scheduler/scheduler_join.c \
	src/control/scheduler/scheduler_plan.c \
	src/control/scheduler/service.c src/control/scheduler/service.h \
	src/control/scheduler/service_document.c src/control/scheduler/service_document.h \
	src/control/scheduler/service_edit.c src/control/scheduler/service_edit.h \
	src/control/scheduler/service_events.c src/control/scheduler/service_events.h \
	src/control/scheduler/task_end.c src/control/scheduler/task_end.h \
	src/control/scheduler/task_labels.c src/control/scheduler/task_labels.h \
	src/control/scheduler/task_observe.c src/control/scheduler/task_observe.h \
	src/control/scheduler/task_start.c src/control/scheduler/task_start.h \
	src/control/scheduler/task_volumes.c src/control/scheduler/task_volumes.h \
	src/control/scheduler/scheduler_tables.c src/control/scheduler/scheduler_tables.h \
	src/control/scheduler/task_template.c src/control/scheduler/task_template.h \
	src/control/scheduler/scheduler_state.h src/control/scheduler/task_lives.def src/control/scheduler/task_parts.h \
	src/control/processes/access_channels.c src/control/processes/access_channels.h \
	src/control/processes/children.c src/control/processes/children.h \
	src/control/processes/config_reader.c src/control/processes/config_reader.h \
	src/control/processes/counter_board.c src/control/processes/counter_board.h \
	src/control/processes/group_rates.c src/control/processes/group_rates.h \
	src/control/processes/finishing.c src/control/processes/finishing.h \
	src/control/processes/liveness.c src/control/processes/liveness.h \
	src/control/processes/left_ports.c src/control/processes/left_ports.h \
	src/control/processes/listener_sockets.c src/control/processes/listener_sockets.h \
	src/control/processes/observer_fds.c src/control/processes/observer_fds.h \
	src/control/processes/privileges.c src/control/processes/privileges.h \
	src/control/processes/process.c src/control/processes/process.h \
	src/control/processes/process_usage.c src/control/processes/process_usage.h \
	src/control/processes/publisher.c src/control/processes/publisher.h \
	src/control/processes/snapshot_compiler.c src/control/processes/snapshot_compiler.h \
	src/control/rollout/container_stop.c src/control/rollout/container_stop.h \
	src/control/rollout/roll.c src/control/rollout/roll.h \
	src/control/rollout/roll_pair.c src/control/rollout/roll_pair.h \
	src/control/rollout/roll_state.c src/control/rollout/roll_state.h \
	src/control/rollout/rollout.c src/control/rollout/rollout.h \
	src/control/rollout/roll_steps.def \
	src/control/admin/admin.c src/control/admin/admin.h \
	src/control/admin/admin_api.c src/control/admin/admin_api.h \
	src/control/admin/admin_audit.c src/control/admin/admin_audit.h \
	src/control/admin/admin_backup.c \
	src/control/admin/admin_body.c \
	src/control/admin/admin_call.h \
	src/control/admin/admin_command.c src/control/admin/admin_command.h \
	src/control/admin/admin_commands.def \
	src/control/admin/admin_events.c \
	src/control/admin/admin_explain.c \
	src/control/admin/admin_configuration.c \
	src/control/admin/config_difference.c \
	src/control/admin/config_fact_json.c src/control/admin/config_fact_json.h \
	src/control/admin/config_page.c src/control/admin/config_page.h \
	src/control/admin/explained_origin.c src/control/admin/explained_origin.h \
	src/control/admin/explained_request.c src/control/admin/explained_request.h \
	src/control/admin/admin_keys.c \
	src/control/admin/admin_needs.c \
	src/control/admin/admin_objects.c \
	src/control/admin/admin_reload.c \
	src/control/admin/admin_request.c src/control/admin/admin_request.h \
	src/control/admin/admin_roll.c \
	src/control/admin/name_list.c src/control/admin/name_list.h \
	src/control/admin/admin_certificates.c \
	src/control/admin/object_origin.c src/control/admin/object_origin.h \
	src/control/admin/admin_services.c src/control/admin/admin_services.h \
	src/control/admin/admin_service_orders.c src/control/admin/admin_service_orders.h \
	src/control/admin/admin_show.c \
	src/control/admin/admin_socket.c src/control/admin/admin_socket.h \
	src/control/admin/call_line.c src/control/admin/call_line.h \
	src/control/admin/admin_steps.c src/control/admin/admin_steps.h \
	src/control/admin/admin_stop.c \
	src/control/admin/admin_targets.c \
	src/control/admin/admin_tasks.c \
	src/control/admin/admin_upgrade.c \
	src/control/admin/mismatch_text.c src/control/admin/mismatch_text.h \
	src/control/admin/rule_text.c src/control/admin/rule_text.h \
	src/control/aws/aws.c \
	src/control/aws/aws_arn.c src/control/aws/aws_arn.h \
	src/control/aws/aws_call.c src/control/aws/aws_call.h \
	src/control/aws/aws_edit.c src/control/aws/aws_edit.h \
	src/control/aws/aws_exchange.c src/control/aws/aws_exchange.h \
	src/control/aws/aws_pending.c src/control/aws/aws_pending.h \
	src/control/aws/aws_question.c src/control/aws/aws_question.h \
	src/control/aws/aws_questions.def \
	src/control/aws/sts.c \
	src/control/elbv2/elbv2_arn.c src/control/elbv2/elbv2_arn.h \
	src/control/elbv2/elbv2_arn_form.c src/control/elbv2/elbv2_arn_form.h \
	src/control/elbv2/elbv2_association.c src/control/elbv2/elbv2_association.h \
	src/control/elbv2/elbv2_attributes.c src/control/elbv2/elbv2_attributes.h \
	src/control/elbv2/elbv2_balancer_changes.c \
	src/control/elbv2/elbv2_balancers.c \
	src/control/elbv2/elbv2_certificates.c src/control/elbv2/elbv2_certificates.h \
	src/control/elbv2/elbv2_deletion.c src/control/elbv2/elbv2_deletion.h \
	src/control/elbv2/elbv2_effective.c src/control/elbv2/elbv2_effective.h \
	src/control/elbv2/elbv2_group_changes.c \
	src/control/elbv2/elbv2_groups.c \
	src/control/elbv2/elbv2_input.c src/control/elbv2/elbv2_input.h \
	src/control/elbv2/elbv2_listener_changes.c \
	src/control/elbv2/elbv2_listeners.c \
	src/control/elbv2/elbv2_patterns.c src/control/elbv2/elbv2_patterns.h \
	src/control/elbv2/elbv2_quotas.c src/control/elbv2/elbv2_quotas.h \
	src/control/elbv2/elbv2_registration.c \
	src/control/elbv2/elbv2_rule_changes.c \
	src/control/elbv2/elbv2_settings.c src/control/elbv2/elbv2_settings.h \
	src/control/elbv2/elbv2_tags.c \
	src/control/elbv2/elbv2_target_id.c src/control/elbv2/elbv2_target_id.h \
	src/control/elbv2/elbv2_unbuilt.c src/control/elbv2/elbv2_unbuilt.h \
	src/control/ec2/ec2.h \
	src/control/ec2/ec2_network.c \
	src/control/ec2/ec2_permissions.c src/control/ec2/ec2_permissions.h \
	src/control/ec2/ec2_security_group_rules.c src/control/ec2/ec2_security_group_rules.h \
	src/control/ec2/ec2_security_groups.c \
	src/control/ec2/ec2_unenforced.c src/control/ec2/ec2_unenforced.h \
	src/control/ecr/ecr.c src/control/ecr/ecr.h \
	src/control/ecr/ecr_deletion.c \
	src/control/ecr/ecr_images.c src/control/ecr/ecr_images.h \
	src/control/ecr/ecr_inquiry.c src/control/ecr/ecr_inquiry.h \
	src/control/ecr/ecr_policies.c \
	src/control/ecr/ecr_repositories.c \
	src/control/ecr/ecr_tags.c \
	src/control/ecs/ecs_account_settings.c src/control/ecs/ecs_account_settings.h \
	src/control/ecs/ecs_arn.c src/control/ecs/ecs_arn.h \
	src/control/ecs/ecs_attributes.c \
	src/control/ecs/ecs_capacity_providers.c src/control/ecs/ecs_capacity_providers.h \
	src/control/ecs/ecs_cluster_changes.c \
	src/control/ecs/ecs_cluster_objects.c src/control/ecs/ecs_cluster_objects.h \
	src/control/ecs/ecs_clusters.c src/control/ecs/ecs_clusters.h \
	src/control/ecs/ecs_definition.c src/control/ecs/ecs_definition.h \
	src/control/ecs/ecs_describe.c src/control/ecs/ecs_describe.h \
	src/control/ecs/ecs_instance.c src/control/ecs/ecs_instance.h \
	src/control/ecs/ecs_instances.c src/control/ecs/ecs_instances.h \
	src/control/ecs/ecs_listing.c src/control/ecs/ecs_listing.h \
	src/control/ecs/ecs_service_changes.c \
	src/control/ecs/ecs_service_deployments.c \
	src/control/ecs/ecs_service_input.c src/control/ecs/ecs_service_input.h \
	src/control/ecs/ecs_service_json.c src/control/ecs/ecs_service_json.h \
	src/control/ecs/ecs_services.c \
	src/control/ecs/ecs_tag_list.c src/control/ecs/ecs_tag_list.h \
	src/control/ecs/ecs_tags.c \
	src/control/ecs/ecs_task_changes.c \
	src/control/ecs/ecs_task_definition_changes.c \
	src/control/ecs/ecs_task_definitions.c src/control/ecs/ecs_task_definitions.h \
	src/control/ecs/ecs_task_json.c src/control/ecs/ecs_task_json.h \
	src/control/ecs/ecs_task_tags.c src/control/ecs/ecs_task_tags.h \
	src/control/ecs/ecs_tasks.c \
	src/control/ecs/ecs_view.c src/control/ecs/ecs_view.h \
	src/control/object_commands/object_commands.c \
	src/control/object_commands/object_kinds.c src/control/object_commands/object_kinds.h \
	src/control/object_commands/object_settings.c src/control/object_commands/object_settings.h
