# SPDX-License-Identifier: Apache-2.0
# Benchmarks are built when asked for: make tools/bench/route_bench
EXTRA_PROGRAMS += tools/bench/route_bench
tools_bench_route_bench_SOURCES = tools/bench/route_bench.c $(snapshot_sample)
tools_bench_route_bench_LDADD = $(libs_ipc) $(libs_system)

noinst_PROGRAMS += tools/bench/load tools/bench/target tools/bench/certificate_maker
tools_bench_certificate_maker_SOURCES = tools/bench/certificate_maker.c
tools_bench_certificate_maker_LDADD = $(OPENSSL_LIBS)
tools_bench_load_SOURCES = \
	tools/bench/load.c tools/bench/load.h \
	tools/bench/load_histogram.c \
	tools/bench/load_run.c \
	tools/bench/load_tls.c tools/bench/load_tls.h \
	tools/bench/pattern.h
tools_bench_load_LDADD = $(OPENSSL_LIBS)
tools_bench_target_SOURCES = tools/bench/target.c tools/bench/pattern.h
EXTRA_DIST += tools/bench/run tools/bench/asker.py tools/bench/certificates tools/bench/objects tools/bench/services tools/bench/console tools/bench/spread tools/bench/instructions tools/bench/under_valgrind.c tools/bench/proxies.py \
	tools/bench/large_site.py tools/bench/machine.py tools/bench/network.py \
	tools/bench/report.py tools/bench/scale tools/bench/workloads.py \
	tools/bench/deploys/run tools/bench/deploys/dial tools/bench/deploys/follow_docker.py tools/bench/deploys/haproxy.cfg
