# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libipc.a
libipc_a_SOURCES = \
	src/ipc/access_reader.c src/ipc/access_reader.h \
	src/ipc/access_record.c src/ipc/access_record.h \
	src/ipc/record_batch.c src/ipc/record_batch.h \
	src/ipc/connection_record.c src/ipc/connection_record.h \
	src/ipc/api_call.c src/ipc/api_call.h \
	src/ipc/api_call_parts.def \
	src/ipc/api_content.c src/ipc/api_content.h src/ipc/api_contents.def \
	src/ipc/certificate_book.c src/ipc/certificate_book.h \
	src/ipc/certificate_book_build.c src/ipc/certificate_book_build.h \
	src/ipc/certificate_builder.h src/ipc/certificate_trust_build.c \
	src/ipc/certificate_choose.c src/ipc/certificate_layout.h \
	src/ipc/certificate_fingerprints.c src/ipc/certificate_fingerprints.h \
	src/ipc/channel.c src/ipc/channel.h \
	src/ipc/child_entry.c src/ipc/child_entry.h \
	src/ipc/counters.c src/ipc/counters.h \
	src/ipc/counters.def \
	src/ipc/end_reasons.def \
	src/ipc/http2_ends.def \
	src/ipc/http2_target_ends.def \
	src/ipc/message.c src/ipc/message.h \
	src/ipc/messages.def \
	src/ipc/page.c src/ipc/page.h \
	src/ipc/route.c src/ipc/route.h \
	src/ipc/route_conditions.c \
	src/ipc/route_index.c src/ipc/route_index.h \
	src/ipc/route_location.c \
	src/ipc/route_match.h \
	src/ipc/route_path.c src/ipc/route_path.h \
	src/ipc/snapshot.c src/ipc/snapshot.h \
	src/ipc/snapshot_build.c src/ipc/snapshot_build.h \
	src/ipc/snapshot_build_rules.c src/ipc/snapshot_build_rules.h \
	src/ipc/snapshot_build_targets.c src/ipc/snapshot_build_targets.h \
	src/ipc/snapshot_builder.c src/ipc/snapshot_builder.h \
	src/ipc/snapshot_check.c src/ipc/snapshot_check.h \
	src/ipc/snapshot_holder.c src/ipc/snapshot_holder.h \
	src/ipc/snapshot_layout.c src/ipc/snapshot_layout.h \
	src/ipc/snapshot_open.c src/ipc/snapshot_open.h \
	src/ipc/snapshot_sources.h \
	src/ipc/snapshot_writer.c src/ipc/snapshot_writer.h \
	src/ipc/string_pool.c src/ipc/string_pool.h \
	src/ipc/target_security.c src/ipc/target_security.h
