# Unit tests of src/net: one program a file.
check_PROGRAMS += tests/unit/net/test_http_service
tests_unit_net_test_http_service_SOURCES = tests/unit/net/test_http_service.c
tests_unit_net_test_http_service_LDADD = $(libs_net) $(CMOCKA_LIBS) $(LIBEVENT_LIBS)
