noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	src/control/control.c \
	src/control/control.h \
	src/control/discovery.h
