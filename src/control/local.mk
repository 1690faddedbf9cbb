noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	src/control/access_channels.c src/control/access_channels.h \
	src/control/admin.c src/control/admin.h \
	src/control/admin_call.h \
	src/control/admin_commands.def \
	src/control/admin_events.c \
	src/control/admin_explain.c \
	src/control/admin_objects.c \
	src/control/admin_reload.c \
	src/control/admin_roll.c \
	src/control/admin_show.c \
	src/control/admin_steps.c src/control/admin_steps.h \
	src/control/admin_stop.c \
	src/control/admin_targets.c \
	src/control/admin_tasks.c \
	src/control/children.c src/control/children.h \
	src/control/claims.c src/control/claims.h \
	src/control/container_stop.c src/control/container_stop.h \
	src/control/control.c src/control/control.h \
	src/control/counter_board.c src/control/counter_board.h \
	src/control/discovery.c src/control/discovery.h \
	src/control/discovery_docker.c \
	src/control/discovery_file.c \
	src/control/discovery_kinds.def \
	src/control/docker_container.c src/control/docker_container.h \
	src/control/docker_engine.c src/control/docker_engine.h \
	src/control/docker_events.c src/control/docker_events.h \
	src/control/docker_labels.c src/control/docker_labels.h \
	src/control/docker_list.c \
	src/control/docker_replacement.c src/control/docker_replacement.h \
	src/control/docker_roster.c src/control/docker_roster.h \
	src/control/docker_stop_sign.c src/control/docker_stop_sign.h \
	src/control/docker_version.c src/control/docker_version.h \
	src/control/drain.c src/control/drain.h \
	src/control/event_log.c src/control/event_log.h \
	src/control/exclusions.c src/control/exclusions.h \
	src/control/listener_sockets.c src/control/listener_sockets.h \
	src/control/numbers.c src/control/numbers.h \
	src/control/observer_fds.c src/control/observer_fds.h \
	src/control/parts.h \
	src/control/passive_health.c src/control/passive_health.h \
	src/control/plain_targets.c src/control/plain_targets.h \
	src/control/privileges.c src/control/privileges.h \
	src/control/problems.c src/control/problems.h \
	src/control/process.c src/control/process.h \
	src/control/run_lock.c src/control/run_lock.h \
	src/control/providers.c src/control/providers.h \
	src/control/publisher.c src/control/publisher.h \
	src/control/reconcile.c src/control/reconcile.h \
	src/control/registry.c src/control/registry.h \
	src/control/reload.c src/control/reload.h \
	src/control/roll.c src/control/roll.h \
	src/control/roll_pair.c src/control/roll_pair.h \
	src/control/roll_steps.def \
	src/control/rule_text.c src/control/rule_text.h \
	src/control/service_match.c src/control/service_match.h \
	src/control/snapshot_sources.c src/control/snapshot_sources.h \
	src/control/state_file.c src/control/state_file.h \
	src/control/stickiness_key.c src/control/stickiness_key.h \
	src/control/target_memories.c src/control/target_memories.h \
	src/control/target_waits.c src/control/target_waits.h \
	src/control/targets.c src/control/targets.h \
	src/control/task_events.c src/control/task_events.h \
	src/control/task_record.h \
	src/control/task_text.c src/control/task_text.h
