# SPDX-License-Identifier: Apache-2.0
# The reference documents that are printed from tables: `make docs` writes them, a test compares.
noinst_PROGRAMS += tools/docs/print_reference
tools_docs_print_reference_SOURCES = \
	tools/docs/print_metrics.c \
	tools/docs/print_reference.c tools/docs/print_reference.h \
	tools/docs/print_settings.c \
	tools/docs/print_states.c \
	tools/docs/print_tables.c \
	tools/fairleadctl/command.h tools/fairleadctl/commands.def \
	tools/fairleadctl/output.c tools/fairleadctl/output.h \
	tools/fairleadctl/text_width.c tools/fairleadctl/text_width.h \
	tools/fairleadctl/text_wrap.c tools/fairleadctl/text_wrap.h \
	tools/fairleadctl/usage.c tools/fairleadctl/usage.h \
	src/model/settings.c
# With settings.c of its own: the documents tell the packaged directories, whatever configure was told.
tools_docs_print_reference_CPPFLAGS = $(common_cppflags)
tools_docs_print_reference_LDADD = libobserver.a libipc.a $(libs_model) $(LIBCONFIG_LIBS)
EXTRA_DIST += tools/docs/print tools/docs/manual tools/docs/debian-changelog
TESTS += tools/docs/check-reference tools/docs/check-signs
dist_check_SCRIPTS += tools/docs/check-reference tools/docs/check-signs

docs: tools/docs/print_reference
	$(srcdir)/tools/docs/print $(srcdir) $(abs_builddir)

.PHONY: docs
