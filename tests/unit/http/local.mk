# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/http: one program a file.
unit_http = \
	tests/unit/http/test_forwarded \
	tests/unit/http/test_forwarding_request \
	tests/unit/http/test_forwarding_response \
	tests/unit/http/test_grpc \
	tests/unit/http/test_head \
	tests/unit/http/test_http1_body \
	tests/unit/http/test_http1_parser \
	tests/unit/http/test_http2_head \
	tests/unit/http/test_login \
	tests/unit/http/test_request_judge \
	tests/unit/http/test_response_judge
check_PROGRAMS += $(unit_http)
EXTRA_DIST += tests/unit/http/http_unit.h
unit_http_libs = $(libs_http) $(libs_base) $(CMOCKA_LIBS) $(LLHTTP_LIBS)
tests_unit_http_test_forwarded_SOURCES = tests/unit/http/test_forwarded.c
tests_unit_http_test_forwarded_LDADD = $(unit_http_libs)
tests_unit_http_test_forwarding_request_SOURCES = tests/unit/http/test_forwarding_request.c
tests_unit_http_test_forwarding_request_LDADD = $(unit_http_libs)
tests_unit_http_test_forwarding_response_SOURCES = tests/unit/http/test_forwarding_response.c
tests_unit_http_test_forwarding_response_LDADD = $(unit_http_libs)
tests_unit_http_test_grpc_SOURCES = tests/unit/http/test_grpc.c
tests_unit_http_test_grpc_LDADD = $(unit_http_libs)
tests_unit_http_test_head_SOURCES = tests/unit/http/test_head.c
tests_unit_http_test_head_LDADD = $(unit_http_libs)
tests_unit_http_test_login_SOURCES = tests/unit/http/test_login.c
tests_unit_http_test_login_LDADD = $(unit_http_libs)
tests_unit_http_test_http2_head_SOURCES = tests/unit/http/test_http2_head.c
tests_unit_http_test_http2_head_LDADD = $(unit_http_libs)
tests_unit_http_test_http1_body_SOURCES = tests/unit/http/test_http1_body.c
tests_unit_http_test_http1_body_LDADD = $(unit_http_libs)
tests_unit_http_test_http1_parser_SOURCES = tests/unit/http/test_http1_parser.c
tests_unit_http_test_http1_parser_LDADD = $(unit_http_libs)
tests_unit_http_test_request_judge_SOURCES = tests/unit/http/test_request_judge.c
tests_unit_http_test_request_judge_LDADD = $(unit_http_libs)
tests_unit_http_test_response_judge_SOURCES = tests/unit/http/test_response_judge.c
tests_unit_http_test_response_judge_LDADD = $(unit_http_libs)
