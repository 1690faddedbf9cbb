# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libworker.a
libworker_a_SOURCES = \
	src/worker/shared/context.h \
	src/worker/shared/record_channel.c src/worker/shared/record_channel.h \
	src/worker/targets/retry_budget.h \
	src/worker/targets/target_link.h \
	src/worker/targets/target_table.c src/worker/targets/target_table.h \
	src/worker/targets/view.c src/worker/targets/view.h \
	src/worker/listeners/arrival.c src/worker/listeners/arrival.h \
	src/worker/listeners/certificates.c src/worker/listeners/certificates.h \
	src/worker/listeners/connection_reporter.c src/worker/listeners/connection_reporter.h \
	src/worker/listeners/client_limits.c src/worker/listeners/client_limits.h \
	src/worker/listeners/handshake.c src/worker/listeners/handshake.h \
	src/worker/listeners/security.c src/worker/listeners/security.h \
	src/worker/listeners/listener.c src/worker/listeners/listener.h \
	src/worker/listeners/newcomer.h \
	src/worker/balancing/anomaly.c src/worker/balancing/anomaly.h \
	src/worker/balancing/balancer.c src/worker/balancing/balancer.h \
	src/worker/balancing/balancer_least_outstanding.c \
	src/worker/balancing/balancer_round_robin.c \
	src/worker/balancing/balancer_weighted_random.c \
	src/worker/balancing/stickiness.c src/worker/balancing/stickiness.h \
	src/worker/balancing/ticket.c src/worker/balancing/ticket.h \
	src/worker/exchange/answer_shape.c src/worker/exchange/answer_shape.h \
	src/worker/exchange/acme.c src/worker/exchange/acme.h \
	src/worker/exchange/target_manner.c src/worker/exchange/target_manner.h \
	src/worker/exchange/access_reporter.c src/worker/exchange/access_reporter.h \
	src/worker/exchange/carrier.c src/worker/exchange/carrier.h \
	src/worker/exchange/doubt.c src/worker/exchange/doubt.h \
	src/worker/exchange/exchange.c src/worker/exchange/exchange.h \
	src/worker/exchange/exchange_check.c src/worker/exchange/exchange_check.h \
	src/worker/exchange/exchange_request.c \
	src/worker/exchange/exchange_retry.c \
	src/worker/exchange/exchange_run.c src/worker/exchange/exchange_run.h \
	src/worker/exchange/exchange_steps.c src/worker/exchange/exchange_steps.def \
	src/worker/exchange/exchange_target.c \
	src/worker/exchange/hold.c src/worker/exchange/hold.h \
	src/worker/exchange/origin.c src/worker/exchange/origin.h \
	src/worker/exchange/pause.c src/worker/exchange/pause.h \
	src/worker/exchange/pin.c src/worker/exchange/pin.h \
	src/worker/exchange/relay.c \
	src/worker/exchange/relay_response.c src/worker/exchange/relay_response.h \
	src/worker/exchange/relay_splice.c src/worker/exchange/relay_splice.h \
	src/worker/exchange/relay_state.h \
	src/worker/exchange/reply.c \
	src/worker/exchange/splice.c src/worker/exchange/splice.h \
	src/worker/exchange/tunnel.c \
	src/worker/exchange/waiting.c src/worker/exchange/waiting.h \
	src/worker/http1/backlog.c src/worker/http1/backlog.h \
	src/worker/http1/client.c src/worker/http1/client.h \
	src/worker/http1/client_carrier.c \
	src/worker/http1/framing.c src/worker/http1/framing.h \
	src/worker/http1/input.c src/worker/http1/input.h \
	src/worker/http1/target_codec.c src/worker/http1/target_codec.h \
	src/worker/http1/target_connection.c src/worker/http1/target_connection.h \
	src/worker/http2/connection.c src/worker/http2/connection.h \
	src/worker/http2/frames.c \
	src/worker/http2/guard.h \
	src/worker/http2/intake.c src/worker/http2/intake.h \
	src/worker/http2/output.c src/worker/http2/output.h \
	src/worker/http2/payload.c src/worker/http2/payload.h \
	src/worker/http2/scan.c src/worker/http2/scan.h \
	src/worker/http2/stream.c src/worker/http2/stream.h \
	src/worker/http2/stream_carrier.c \
	src/worker/http2/target_frames.c \
	src/worker/http2/target_session.c src/worker/http2/target_session.h \
	src/worker/http2/target_stream.c src/worker/http2/target_stream.h \
	src/worker/http2/target_stream_codec.c src/worker/http2/target_stream_codec.h \
	src/worker/assembly.c \
	src/worker/worker.c src/worker/worker.h
