noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = \
	src/worker/worker.c \
	src/worker/worker.h
