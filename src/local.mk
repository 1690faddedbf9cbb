# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += fairlead

# The sample configuration, with this build's directories, and what reads the metrics page.
examplesdir = $(docdir)/examples
nodist_examples_DATA = installed/fairlead.conf
dist_examples_DATA = conf/prometheus-alerts.yml conf/grafana-dashboard.json
CLEANFILES += installed/fairlead.conf
installed/fairlead.conf: conf/fairlead.conf Makefile
	$(MKDIR_P) installed
	sed -e 's,"/etc/,"$(sysconfdir)/,g' -e 's,"/run/,"$(runstatedir)/,g' \
		-e 's,"/var/\(l[io][bg]\)/,"$(localstatedir)/\1/,g' \
		$(srcdir)/conf/fairlead.conf > $@

fairlead_SOURCES = src/main.c src/options.def
fairlead_LDADD = libcontrol.a libworker.a libobserver.a liblogger.a libapi.a $(libs_role) $(libs_system)
