noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	src/control/control.c \
	src/control/control.h \
	src/control/discovery.c src/control/discovery.h \
	src/control/discovery_docker.c \
	src/control/discovery_file.c \
	src/control/discovery_kinds.def \
	src/control/docker_container.c src/control/docker_container.h \
	src/control/docker_engine.c src/control/docker_engine.h \
	src/control/docker_events.c src/control/docker_events.h \
	src/control/docker_labels.c src/control/docker_labels.h \
	src/control/docker_list.c \
	src/control/docker_roster.c src/control/docker_roster.h \
	src/control/docker_version.c src/control/docker_version.h
