# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += fairleadctl
fairleadctl_SOURCES = \
	tools/fairleadctl/actions.c tools/fairleadctl/actions.h tools/fairleadctl/upgrade.c \
	tools/fairleadctl/answer.c tools/fairleadctl/answer.h \
	tools/fairleadctl/admin_client.c tools/fairleadctl/admin_client.h \
	tools/fairleadctl/command.c tools/fairleadctl/command.h tools/fairleadctl/command_find.c \
	tools/fairleadctl/complete.c tools/fairleadctl/complete.h \
	tools/fairleadctl/command_table.c tools/fairleadctl/commands.def \
	tools/fairleadctl/config_listing.c tools/fairleadctl/config_listing.h \
	tools/fairleadctl/config_screen.c tools/fairleadctl/config_screen.h \
	tools/fairleadctl/config_tree.c tools/fairleadctl/config_tree.h \
	tools/fairleadctl/events_screen.c tools/fairleadctl/events_screen.h \
	tools/fairleadctl/explain_screen.c tools/fairleadctl/explain_screen.h \
	tools/fairleadctl/grid.c tools/fairleadctl/grid.h \
	tools/fairleadctl/json_text.c tools/fairleadctl/json_text.h \
	tools/fairleadctl/keys.c tools/fairleadctl/keys.h \
	tools/fairleadctl/listener_words.c tools/fairleadctl/listener_words.h \
	tools/fairleadctl/listings.c tools/fairleadctl/listings.h \
	tools/fairleadctl/main.c \
	tools/fairleadctl/number.c tools/fairleadctl/number.h \
	tools/fairleadctl/output.c tools/fairleadctl/output.h \
	tools/fairleadctl/place.c tools/fairleadctl/place.h \
	tools/fairleadctl/key_words.c tools/fairleadctl/key_words.h \
	tools/fairleadctl/certificate_words.c tools/fairleadctl/certificate_words.h \
	tools/fairleadctl/service_words.c tools/fairleadctl/service_words.h \
	tools/fairleadctl/process_words.c tools/fairleadctl/process_words.h \
	tools/fairleadctl/resolve.c tools/fairleadctl/resolve.h \
	tools/fairleadctl/screen.c tools/fairleadctl/screen.h \
	tools/fairleadctl/status_screen.c tools/fairleadctl/status_screen.h \
	tools/fairleadctl/targets_screen.c tools/fairleadctl/targets_screen.h \
	tools/fairleadctl/text_wrap.c tools/fairleadctl/text_wrap.h \
	tools/fairleadctl/text_width.c tools/fairleadctl/text_width.h \
	tools/fairleadctl/terminal.c tools/fairleadctl/terminal.h \
	tools/fairleadctl/top_screen.c tools/fairleadctl/top_screen.h \
	tools/fairleadctl/usage.c tools/fairleadctl/usage.h \
	tools/fairleadctl/view.c tools/fairleadctl/view.h \
	tools/fairleadctl/when.c tools/fairleadctl/when.h
fairleadctl_LDADD = $(libs_base) $(JANSSON_LIBS) $(LIBCURL_LIBS)

EXTRA_DIST += tools/check-includes tools/check-licence tools/check-documents
TESTS += tools/check-licence tools/check-documents tools/commands/check
TESTS += tests/tools/test_fairleadctl.py tests/tools/test_shell_words.py \
	tests/tools/failing_vtc.sh tests/system/quickstart.sh
dist_check_SCRIPTS += tests/tools/test_fairleadctl.py tests/tools/test_shell_words.py \
	tests/tools/failing_vtc.sh tests/system/quickstart.sh
include tools/bench/local.mk
include tools/docs/local.mk


# The quickstart's application: static, since it is all that its container image holds.
noinst_PROGRAMS += tools/sample_task
tools_sample_task_SOURCES = tools/sample_task.c
tools_sample_task_CFLAGS = $(support_cflags)
tools_sample_task_LDFLAGS = -static
EXTRA_DIST += tools/quickstart tools/quickstart_aws.sh tools/packages.sh tools/wire/shapes
EXTRA_DIST += tools/demo-article tools/article/balancer.sh tools/article/changes.sh tools/article/checks.sh \
	tools/article/end.sh tools/article/images.sh tools/article/services.sh tools/article/world.sh
EXTRA_DIST += tools/check tools/check-bare tools/check-dist tools/check-package tools/image tools/image-files tools/package \
	Dockerfile .dockerignore \
	tools/bare/enter tools/bare/machine.sh tools/bare/root.sh tools/bare/try-package \
	debian/changelog debian/control debian/copyright debian/fairlead.postinst debian/fairlead.postrm debian/rules \
	debian/source/format \
	tools/commands/check tools/commands/shell_words.py tools/commands/table tools/tidy .ci/run
EXTRA_DIST += CONTRIBUTING.md docs/architecture.md docs/request-path.md docs/style.md docs/testing.md \
	docs/decisions/0001-three-processes.md docs/decisions/0002-state-not-changes.md \
	docs/decisions/0003-llhttp-parses-but-does-not-judge.md \
	docs/decisions/0004-one-route-function.md docs/decisions/0005-raw-events.md \
	docs/decisions/0006-a-post-goes-on-only-past-a-known-end.md \
	docs/decisions/0007-what-a-clients-end-means.md \
	docs/decisions/0008-host-as-the-client-sent-it.md \
	docs/decisions/0009-no-second-use-behind-a-promised-body.md \
	docs/decisions/0010-a-logged-in-connection-is-its-clients.md \
	docs/decisions/0011-the-api-role-parses-control-verifies.md \
	docs/decisions/0012-http2-is-judged-as-http1.md \
	docs/decisions/0013-an-upgrade-is-an-exec-in-place.md \
	docs/decisions/0014-containers-are-dialled-at-their-own-addresses.md \
	docs/decisions/0015-connections-to-targets-are-shared-when-they-are-open.md \
	docs/decisions/0017-changes-are-judged-in-control-in-turns.md \
	docs/decisions/0016-keys-are-asked-through-a-provider.md

# What the build promises of the programs.
build_tests = tests/tools/hardening.sh tests/tools/directories.sh tests/tools/guides.py \
	tests/tools/installed.sh \
	tests/tools/manuals.sh tests/tools/unit_file.sh
TESTS += $(build_tests)
dist_check_SCRIPTS += $(build_tests)
