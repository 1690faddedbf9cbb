# SPDX-License-Identifier: Apache-2.0
# What is installed beside the programs. Files name the packaged directories; what is installed
# names this build's.
in_place = sed -e 's,/etc/fairlead,$(sysconfdir)/fairlead,g' \
	-e 's,/run/fairlead,$(runstatedir)/fairlead,g' \
	-e 's,/var/\(l[io][bg]\)/fairlead,$(localstatedir)/\1/fairlead,g'

examplesdir = $(docdir)/examples
nodist_examples_DATA = installed/fairlead.conf
dist_examples_DATA = conf/prometheus-alerts.yml conf/grafana-dashboard.json

manuals = fairlead.8 fairlead.conf.5 fairleadctl.1 fairlead-labels.7
nodist_man_MANS = $(manuals:%=installed/%)
EXTRA_DIST += $(manuals:%=docs/man/%)

bash_completiondir = $(datadir)/bash-completion/completions
dist_bash_completion_DATA = tools/fairleadctl/completion/fairleadctl.bash
zsh_completiondir = $(datadir)/zsh/site-functions
dist_zsh_completion_DATA = tools/fairleadctl/completion/_fairleadctl

CLEANFILES += $(nodist_examples_DATA) $(nodist_man_MANS)

installed/%: conf/% Makefile
	$(MKDIR_P) installed
	$(in_place) $< > $@

installed/%: docs/man/% Makefile
	$(MKDIR_P) installed
	$(in_place) $< > $@
