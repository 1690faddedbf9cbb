# SPDX-License-Identifier: Apache-2.0
# The reference documents that are printed from tables: `make docs` writes them, a test compares.
noinst_PROGRAMS += tools/docs/print_reference
tools_docs_print_reference_SOURCES = \
	tools/docs/print_metrics.c \
	tools/docs/print_reference.c tools/docs/print_reference.h \
	tools/docs/print_settings.c \
	tools/docs/print_states.c \
	src/model/settings.c
# With settings.c of its own: the documents tell the packaged directories, whatever configure was told.
tools_docs_print_reference_CPPFLAGS = $(common_cppflags)
tools_docs_print_reference_LDADD = libobserver.a libipc.a $(libs_model) $(LIBCONFIG_LIBS)
EXTRA_DIST += docs/configuration.md docs/metrics.md docs/states.md
TESTS += tools/docs/check-reference tools/docs/check-signs
dist_check_SCRIPTS += tools/docs/check-reference tools/docs/check-signs

docs: tools/docs/print_reference
	tools/docs/print_reference configuration > $(srcdir)/docs/configuration.md
	tools/docs/print_reference metrics > $(srcdir)/docs/metrics.md
	tools/docs/print_reference states > $(srcdir)/docs/states.md

.PHONY: docs
