noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = \
	src/worker/access_reporter.c src/worker/access_reporter.h \
	src/worker/anomaly.c src/worker/anomaly.h \
	src/worker/backlog.c src/worker/backlog.h \
	src/worker/balancer.c src/worker/balancer.h \
	src/worker/balancer_least_outstanding.c \
	src/worker/balancer_round_robin.c \
	src/worker/balancer_weighted_random.c \
	src/worker/client.c src/worker/client.h \
	src/worker/client_limits.c src/worker/client_limits.h \
	src/worker/context.c src/worker/context.h \
	src/worker/exchange.c src/worker/exchange.h \
	src/worker/exchange_request.c \
	src/worker/exchange_steps.def \
	src/worker/exchange_target.c \
	src/worker/doubt.c src/worker/doubt.h \
	src/worker/hold.c src/worker/hold.h \
	src/worker/input.c src/worker/input.h \
	src/worker/listener.c src/worker/listener.h \
	src/worker/pause.c src/worker/pause.h \
	src/worker/relay.c src/worker/relay.h \
	src/worker/relay_response.c src/worker/relay_response.h \
	src/worker/reply.c src/worker/reply.h \
	src/worker/retry_budget.h \
	src/worker/splice.c src/worker/splice.h \
	src/worker/stickiness.c src/worker/stickiness.h \
	src/worker/target_connection.c src/worker/target_connection.h \
	src/worker/target_table.c src/worker/target_table.h \
	src/worker/tunnel.c \
	src/worker/view.c src/worker/view.h \
	src/worker/worker.c src/worker/worker.h
