# SPDX-License-Identifier: Apache-2.0
# Programs and scripts that the end-to-end and system tests use.
support_cflags = -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
noinst_PROGRAMS += tests/support/free_port tests/support/deaf_port tests/support/half_close \
	tests/support/load_client tests/support/recording_app
tests_support_free_port_SOURCES = tests/support/free_port.c
tests_support_deaf_port_SOURCES = tests/support/deaf_port.c
tests_support_half_close_SOURCES = tests/support/half_close.c
# Not sanitized, so that they cost little beside what they measure.
tests_support_load_client_SOURCES = tests/support/load_client.c
tests_support_load_client_CFLAGS = $(support_cflags)
tests_support_load_client_LDFLAGS =
# Runs in containers that hold nothing else.
tests_support_recording_app_SOURCES = tests/support/recording_app.c
tests_support_recording_app_CFLAGS = $(support_cflags)
tests_support_recording_app_LDFLAGS = -static
dist_check_SCRIPTS += tests/support/vtc tests/support/config tests/support/poll \
	tests/support/ready tests/support/task tests/support/logged tests/support/system.sh tests/support/aws.sh tests/support/ecs.sh tests/support/terraform.sh tests/support/sources.sh tests/support/registry.sh tests/support/docker.sh tests/support/deploys.sh tests/support/check_end_reasons
TESTS += tests/support/check_end_reasons

# Certificates, and a target that tells what it was sent.
dist_check_SCRIPTS += tests/support/authority tests/support/make_certificate tests/support/echo_app tests/support/proxied_app tests/support/odd_app \
	tests/support/odd_target_http2 tests/support/grpc_app tests/support/grpc_load

# Snapshots by hand, for unit tests and benchmarks.
snapshot_sample = tests/support/snapshot_sample.c tests/support/snapshot_sample.h

# One provider of tasks and what it reports, and an engine to try it with.
noinst_PROGRAMS += tests/support/discovery_probe
tests_support_discovery_probe_SOURCES = tests/support/discovery_probe.c
tests_support_discovery_probe_LDADD = libcontrol.a $(libs_role) $(libs_system)
noinst_PROGRAMS += tests/support/driver_probe
tests_support_driver_probe_SOURCES = tests/support/driver_probe.c
tests_support_driver_probe_LDADD = libcontrol.a $(libs_role) $(libs_system)
dist_check_SCRIPTS += tests/support/fake_engine tests/support/pipeliner tests/support/service_manager tests/support/signed
EXTRA_DIST += tests/support/probe.sh tests/support/terminal.py tests/support/screens.py

# fairlead with one child that is hostile.
noinst_PROGRAMS += tests/support/hostile/fairlead_hostile
tests_support_hostile_fairlead_hostile_SOURCES = tests/support/hostile/hostile.c \
	tests/support/hostile/hostile.h tests/support/hostile/hostile_acts.c \
	tests/support/hostile/hostile_api_acts.c tests/support/hostile/hostile_signed_acts.c
tests_support_hostile_fairlead_hostile_LDADD = $(fairlead_LDADD)
