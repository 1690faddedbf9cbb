# SPDX-License-Identifier: Apache-2.0
include src/api/console/local.mk
noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	src/api/answer.c src/api/answer.h \
	src/api/api.c src/api/api.h \
	src/api/control_calls.c src/api/control_calls.h \
	src/api/front.c src/api/front.h \
	src/api/host_check.c src/api/host_check.h \
	src/api/page_files.h \
	src/api/passed_call.c src/api/passed_call.h
nodist_libapi_a_SOURCES = src/api/page_files.c
EXTRA_DIST += $(console_files) tools/embed-files
CLEANFILES += src/api/page_files.c
src/api/page_files.c: $(console_files) tools/embed-files
	$(MKDIR_P) src/api
	(cd $(srcdir) && tools/embed-files $(console_files)) > $@.new
	mv $@.new $@
