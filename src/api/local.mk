# SPDX-License-Identifier: Apache-2.0
include src/api/console/local.mk
noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	src/api/answer.c src/api/answer.h \
	src/api/api.c src/api/api.h \
	src/api/board.c src/api/board.h \
	src/api/control_calls.c src/api/control_calls.h \
	src/api/event_topic.c src/api/event_topic.h \
	src/api/failures.c src/api/failures.h \
	src/api/front.c src/api/front.h \
	src/api/group_topic.c src/api/group_topic.h \
	src/api/history.c src/api/history.h \
	src/api/host_check.c src/api/host_check.h \
	src/api/json_writer.c src/api/json_writer.h \
	src/api/marks.c src/api/marks.h \
	src/api/needs.c src/api/needs.h \
	src/api/overview.c src/api/overview.h \
	src/api/own_answers.c src/api/own_answers.h \
	src/api/own_question.c src/api/own_question.h \
	src/api/page_files.h \
	src/api/passed_call.c src/api/passed_call.h \
	src/api/rule_hits.c src/api/rule_hits.h \
	src/api/sampler.c src/api/sampler.h \
	src/api/series.c src/api/series.h \
	src/api/stream.c src/api/stream.h \
	src/api/target_rates.c src/api/target_rates.h \
	src/api/waiters.c src/api/waiters.h \
	src/api/history_series.def \
	src/api/own_answers.def
nodist_libapi_a_SOURCES = src/api/page_files.c
EXTRA_DIST += $(console_files) tools/embed-files
CLEANFILES += src/api/page_files.c
src/api/page_files.c: $(console_files) tools/embed-files
	$(MKDIR_P) src/api
	(cd $(srcdir) && tools/embed-files $(console_files)) > $@.new
	mv $@.new $@
