# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/net: one program a file.
check_PROGRAMS += tests/unit/net/test_api_client
tests_unit_net_test_api_client_SOURCES = tests/unit/net/test_api_client.c
tests_unit_net_test_api_client_LDADD = $(libs_net) $(libs_system) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/net/test_digest
tests_unit_net_test_digest_SOURCES = tests/unit/net/test_digest.c
tests_unit_net_test_digest_LDADD = $(libs_net) $(OPENSSL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/net/test_http_service
tests_unit_net_test_http_service_SOURCES = tests/unit/net/test_http_service.c
tests_unit_net_test_http_service_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
check_PROGRAMS += tests/unit/net/test_socket
tests_unit_net_test_socket_SOURCES = tests/unit/net/test_socket.c
tests_unit_net_test_socket_LDADD = $(libs_net) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/net/test_loop
tests_unit_net_test_loop_SOURCES = tests/unit/net/test_loop.c
tests_unit_net_test_loop_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS)
check_PROGRAMS += tests/unit/net/test_seal
tests_unit_net_test_seal_SOURCES = tests/unit/net/test_seal.c
tests_unit_net_test_seal_LDADD = $(libs_net) $(CMOCKA_LIBS) $(OPENSSL_LIBS)
check_PROGRAMS += tests/unit/net/test_stream
tests_unit_net_test_stream_SOURCES = tests/unit/net/test_stream.c
tests_unit_net_test_stream_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS)
check_PROGRAMS += tests/unit/net/test_proxy_header
tests_unit_net_test_proxy_header_SOURCES = tests/unit/net/test_proxy_header.c
tests_unit_net_test_proxy_header_LDADD = $(libs_net) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/net/test_notify_socket tests/unit/net/test_notify_without_library
tests_unit_net_test_notify_socket_SOURCES = tests/unit/net/test_notify_socket.c
tests_unit_net_test_notify_socket_LDADD = $(libs_net) $(CMOCKA_LIBS) $(SYSTEMD_LIBS)
tests_unit_net_test_notify_without_library_SOURCES = tests/unit/net/test_notify_socket.c \
	src/net/notify_socket.c
tests_unit_net_test_notify_without_library_CPPFLAGS = $(AM_CPPFLAGS) -UHAVE_LIBSYSTEMD
tests_unit_net_test_notify_without_library_LDADD = libbase.a $(CMOCKA_LIBS)
test_certificates = tests/support/certificates.c tests/support/certificates.h
check_PROGRAMS += tests/unit/net/test_tls_hello
tests_unit_net_test_tls_hello_SOURCES = tests/unit/net/test_tls_hello.c
tests_unit_net_test_tls_hello_LDADD = $(libs_net) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/net/test_tls_trust
tests_unit_net_test_tls_trust_SOURCES = tests/unit/net/test_tls_trust.c
tests_unit_net_test_tls_trust_LDADD = $(libs_net) $(CMOCKA_LIBS) $(OPENSSL_LIBS)

check_PROGRAMS += tests/unit/net/test_tls_pair
tests_unit_net_test_tls_pair_SOURCES = tests/unit/net/test_tls_pair.c $(test_certificates)
tests_unit_net_test_tls_pair_LDADD = $(libs_net) $(CMOCKA_LIBS) $(OPENSSL_LIBS)
check_PROGRAMS += tests/unit/net/test_tls_transport
tests_unit_net_test_tls_transport_SOURCES = tests/unit/net/test_tls_transport.c $(test_certificates)
tests_unit_net_test_tls_transport_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS) $(OPENSSL_LIBS)

check_PROGRAMS += tests/unit/net/test_tls_signer
tests_unit_net_test_tls_signer_SOURCES = tests/unit/net/test_tls_signer.c $(test_certificates)
tests_unit_net_test_tls_signer_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS) $(OPENSSL_LIBS)
