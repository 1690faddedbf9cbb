noinst_LIBRARIES += libobserver.a
libobserver_a_SOURCES = \
	src/observer/observer.c \
	src/observer/observer.h
