# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libobserver.a
libobserver_a_SOURCES = \
	src/observer/exposition.c src/observer/exposition.h \
	src/observer/health.c src/observer/health.h \
	src/observer/metrics.c src/observer/metrics.h \
	src/observer/metrics.def \
	src/observer/observer.c src/observer/observer.h \
	src/observer/probe.c src/observer/probe.h \
	src/observer/probe_http.c \
	src/observer/probe_http2.c \
	src/observer/verdict.c src/observer/verdict.h
