# SPDX-License-Identifier: Apache-2.0
# Tests of the whole daemon, some of them on a Docker Engine of their own.
system_tests = tests/system/control_dies.sh tests/system/graceful_stop.sh tests/system/upgrade.sh tests/system/restart_keeps_ports.sh tests/system/worker_death.sh \
	tests/system/reload.sh tests/system/bad_config.sh tests/system/aws_ecs_definitions.sh tests/system/aws_ecs_terraform.sh tests/system/aws_ecs_reads.sh tests/system/aws_throttling.sh tests/system/aws_retries.sh tests/system/aws_presigned.sh tests/system/aws_reads.sh tests/system/aws_ec2.sh tests/system/aws_security_groups.sh tests/system/aws_ecr.sh tests/system/aws_terraform.sh tests/system/aws_objects.sh tests/system/aws_calls.sh tests/system/aws_objects_crash.sh tests/system/aws_traffic.sh tests/system/balancers.sh tests/system/broken_files.sh \
	tests/system/port_in_use.sh tests/system/closed_descriptors.sh \
	tests/system/file_provider.sh tests/system/task_events.sh tests/system/admin_socket.sh \
	tests/system/process_deaths.sh tests/system/docker_scenario.sh \
	tests/system/ecs_occupied.sh tests/system/objects_by_hand.sh tests/system/ecs_services.sh tests/system/ecs_survives.sh tests/system/ecs_meddled.sh tests/system/ecs_tasks.sh tests/system/ecs_instances.sh tests/system/docker_rolls.sh tests/system/docker_stops.sh \
	tests/system/docker_port_reuse.sh tests/system/docker_readiness.sh \
	tests/system/compose_deploys.sh tests/system/docker_dial.sh \
	tests/system/docker_ip.sh tests/system/docker_restarts.sh \
	tests/system/stickiness_survives.sh tests/system/health_survives.sh \
	tests/system/liveness.sh tests/system/listener_sources.sh tests/system/start_window.sh tests/system/hostile_children.sh tests/system/children_in_turn.sh \
	tests/system/metrics_flood.sh tests/system/mutual_tls.sh tests/system/aws_targets.sh tests/system/api_tls.sh tests/system/target_tls.sh tests/system/connection_log.sh tests/system/descriptors_run_out.sh \
	tests/system/slow_start.sh tests/system/balancing.sh tests/system/fails_open.sh \
	tests/system/drain_survives.sh tests/system/events_follow.sh \
	tests/system/held_targets.sh tests/system/log_readers_stall.sh \
	tests/system/api_role.sh tests/system/api_bounds.sh
system_tests += tests/system/proxy_to_targets.sh tests/system/acme.sh tests/system/certificates_renewed.sh tests/system/many_certificates.sh tests/system/https.sh tests/system/https_targets.sh tests/system/http2.sh \
	tests/system/http2_targets.sh tests/system/grpc.sh
system_tests += tests/system/demo_article.sh
EXTRA_DIST += tests/system/ecs_tasks.py tests/system/aws_ecs_definitions.py tests/system/aws_ecs_reads.py tests/system/aws_retries.py tests/system/aws_presigned.py tests/system/aws_ec2.py tests/system/aws_ecr.py tests/system/aws_calls.py tests/system/aws_refusals.py tests/system/aws_cases.py tests/system/aws_objects.py tests/system/aws_objects_crash.py tests/system/aws_traffic.py tests/system/aws_reads.py tests/system/http2_frames.py
# Discovery alone, against a scripted engine and a real one.
system_tests += tests/system/discovery_docker_events.sh tests/system/discovery_docker_faults.sh \
	tests/system/discovery_docker_versions.sh tests/system/discovery_files.sh \
	tests/system/discovery_docker_real.sh tests/system/discovery_docker_reasons.sh tests/system/docker_tls.sh \
	tests/system/docker_driver.sh
# What is said of targets, and what leads to them.
system_tests += tests/system/health_reasons.sh tests/system/configuration.sh tests/system/terminal.sh \
	tests/system/screens.sh tests/system/explain.sh tests/system/sticky_groups.sh \
	tests/system/notices.sh tests/system/shells.sh tests/system/prometheus.sh
# By whom it is run.
system_tests += tests/system/supervisor.sh tests/system/image.sh
# Who may change something.
system_tests += tests/system/keys.sh tests/system/signed_calls.sh tests/system/captured_calls.sh
# Clients that want more than their share.
system_tests += tests/system/pipelines.sh
TESTS += $(system_tests)
dist_check_SCRIPTS += $(system_tests)
EXTRA_DIST += tests/fixtures/config/broken_files.txt
EXTRA_DIST += tests/fixtures/screens/config-changed.txt \
	tests/fixtures/screens/config-target-groups-web-health-check.txt \
	tests/fixtures/screens/events-kind-problem.txt \
	tests/fixtures/screens/events-kind-provider.txt \
	tests/fixtures/screens/explain-a-example-8080-app1-x.txt \
	tests/fixtures/screens/explain-a-example-8080-x-trace.txt \
	tests/fixtures/screens/explain-old-example-8080-x-y-1.txt \
	tests/fixtures/screens/explain-task-report.txt \
	tests/fixtures/screens/groups.txt \
	tests/fixtures/screens/listeners.txt \
	tests/fixtures/screens/problems.txt \
	tests/fixtures/screens/rules.txt \
	tests/fixtures/screens/services.txt \
	tests/fixtures/screens/status.txt \
	tests/fixtures/screens/targets.txt \
	tests/fixtures/screens/tasks.txt
