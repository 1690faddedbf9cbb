# Benchmarks are built when asked for: make tools/bench/route_bench
EXTRA_PROGRAMS += tools/bench/route_bench
tools_bench_route_bench_SOURCES = tools/bench/route_bench.c $(snapshot_sample)
tools_bench_route_bench_LDADD = $(libs_ipc) $(libs_system)
