# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/api_client.c src/net/api_client.h \
	src/net/digest.c src/net/digest.h \
	src/net/hangup.c src/net/hangup.h \
	src/net/http_service.c src/net/http_service.h \
	src/net/http_service_request.c src/net/http_service_request.h \
	src/net/library_versions.c src/net/library_versions.h \
	src/net/loop.c src/net/loop.h \
	src/net/notify_socket.c src/net/notify_socket.h \
	src/net/proxy_header.c src/net/proxy_header.h \
	src/net/seal.c src/net/seal.h \
	src/net/socket.c src/net/socket.h \
	src/net/stream.c src/net/stream.h \
	src/net/tls/tls_client.c src/net/tls/tls_client.h \
	src/net/tls/tls_context.c src/net/tls/tls_context.h \
	src/net/tls/tls_facts.h src/net/tls/tls_failures.def \
	src/net/tls/tls_hello.c src/net/tls/tls_hello.h \
	src/net/tls/tls_identities.c src/net/tls/tls_identities.h \
	src/net/tls/tls_key.h src/net/tls/tls_key_cipher.c src/net/tls/tls_key_signature.c \
	src/net/tls/tls_key_provider.c src/net/tls/tls_key_provider.h \
	src/net/tls/tls_memory.c src/net/tls/tls_memory.h \
	src/net/tls/tls_own_signer.c src/net/tls/tls_own_signer.h \
	src/net/tls/tls_pair.c src/net/tls/tls_pair.h \
	src/net/tls/tls_parser.c src/net/tls/tls_parser.h \
	src/net/tls/tls_session.h \
	src/net/tls/tls_service.c src/net/tls/tls_service.h \
	src/net/tls/tls_schemes.def src/net/tls/tls_sign.c src/net/tls/tls_sign.h \
	src/net/tls/tls_time.c src/net/tls/tls_time.h \
	src/net/tls/tls_trust.c src/net/tls/tls_trust.h src/net/tls/tls_trust_use.h \
	src/net/tls/tls_verdicts.def src/net/tls/tls_verify.c src/net/tls/tls_verify.h \
	src/net/tls/tls_tickets.c src/net/tls/tls_tickets.h src/net/tls/tls_tickets_use.h \
	src/net/tls/tls_transport.c
