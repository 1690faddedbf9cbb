noinst_LIBRARIES += libipc.a
libipc_a_SOURCES = \
	src/ipc/access_record.h \
	src/ipc/channel.h \
	src/ipc/counters.def \
	src/ipc/counters.h \
	src/ipc/end_reasons.def \
	src/ipc/message.c src/ipc/message.h \
	src/ipc/messages.def \
	src/ipc/route.h \
	src/ipc/snapshot.h \
	src/ipc/snapshot_build.h \
	src/ipc/snapshot_layout.h
