# SPDX-License-Identifier: Apache-2.0
# What is installed beside the programs. The files name the packaged directories; what is
# installed names this build's.
in_place = sed -e 's,/etc/fairlead,$(sysconfdir)/fairlead,g' \
	-e 's,/run/fairlead,$(runstatedir)/fairlead,g' \
	-e 's,/var/\(l[io][bg]\)/fairlead,$(localstatedir)/\1/fairlead,g' \
	-e 's,/usr/bin/fairlead,$(bindir)/fairlead,g'

examplesdir = $(docdir)/examples
nodist_examples_DATA = installed/fairlead.conf
dist_examples_DATA = conf/compose.yml conf/compose.conf
dist_pkgdata_DATA = conf/prometheus-alerts.yml conf/grafana-dashboard.json
dist_pkgdata_SCRIPTS = conf/acme-hook

manuals = fairlead.8 fairlead.conf.5 fairleadctl.1 fairlead-labels.7
nodist_man_MANS = $(manuals:%=installed/%)
EXTRA_DIST += $(manuals:%=docs/man/%)

nobase_dist_doc_DATA = CHANGELOG.md README.md SECURITY.md \
	docs/guides/bare-machine.md docs/guides/compose.md docs/guides/container.md docs/guides/operating.md docs/guides/trouble.md \
	docs/admin-api.md docs/aws.md docs/configuration.md docs/console.md docs/deploys.md docs/fairlead.md \
	docs/fairleadctl.md docs/http.md docs/http2.md docs/labels.md docs/metrics.md docs/performance.md docs/tls.md \
	docs/services.md docs/states.md docs/task-files.md docs/walkthrough.md

bash_completiondir = $(datadir)/bash-completion/completions
dist_bash_completion_DATA = tools/fairleadctl/completion/fairleadctl.bash
zsh_completiondir = $(datadir)/zsh/site-functions
dist_zsh_completion_DATA = tools/fairleadctl/completion/_fairleadctl

# systemd and logrotate find these below /usr, /usr/local and /etc.
nodist_systemdunit_DATA = installed/systemd/fairlead.service
sysusersdir = $(prefix)/lib/sysusers.d
nodist_sysusers_DATA = installed/sysusers.d/fairlead.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
nodist_tmpfiles_DATA = installed/tmpfiles.d/fairlead.conf
logrotatedir = $(sysconfdir)/logrotate.d
nodist_logrotate_DATA = installed/logrotate.d/fairlead

placed_files = $(nodist_examples_DATA) $(nodist_systemdunit_DATA) $(nodist_sysusers_DATA) \
	$(nodist_tmpfiles_DATA) $(nodist_logrotate_DATA)
EXTRA_DIST += $(placed_files:installed/%=conf/%)
CLEANFILES += $(placed_files) $(nodist_man_MANS)

installed/%: conf/% Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(in_place) $< > $@

installed/%: docs/man/% Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(in_place) $< > $@

# A configuration that somebody has written stays.
configurationdir = $(sysconfdir)/fairlead
install-data-local: installed/fairlead.conf
	$(MKDIR_P) '$(DESTDIR)$(configurationdir)'
	test -e '$(DESTDIR)$(configurationdir)/fairlead.conf' || \
		$(INSTALL_DATA) installed/fairlead.conf '$(DESTDIR)$(configurationdir)/fairlead.conf'

uninstall-local: installed/fairlead.conf
	! cmp -s installed/fairlead.conf '$(DESTDIR)$(configurationdir)/fairlead.conf' || \
		rm -f '$(DESTDIR)$(configurationdir)/fairlead.conf'
