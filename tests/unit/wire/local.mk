# SPDX-License-Identifier: Apache-2.0
# Unit tests of src/wire: one program a file.
unit_wire = \
	tests/unit/wire/test_authorization \
	tests/unit/wire/test_canonical_request \
	tests/unit/wire/test_decode \
	tests/unit/wire/test_form \
	tests/unit/wire/test_percent \
	tests/unit/wire/test_signature \
	tests/unit/wire/test_signed_text \
	tests/unit/wire/test_wire_answer \
	tests/unit/wire/test_wire_json \
	tests/unit/wire/test_xml
check_PROGRAMS += $(unit_wire)
unit_wire_libs = $(libs_wire) $(libs_system) $(CMOCKA_LIBS)
tests_unit_wire_test_authorization_SOURCES = tests/unit/wire/test_authorization.c
tests_unit_wire_test_authorization_LDADD = $(unit_wire_libs)
tests_unit_wire_test_canonical_request_SOURCES = tests/unit/wire/test_canonical_request.c
tests_unit_wire_test_canonical_request_LDADD = $(unit_wire_libs)
tests_unit_wire_test_form_SOURCES = tests/unit/wire/test_form.c
tests_unit_wire_test_form_LDADD = $(unit_wire_libs)
tests_unit_wire_test_percent_SOURCES = tests/unit/wire/test_percent.c
tests_unit_wire_test_percent_LDADD = $(unit_wire_libs)
tests_unit_wire_test_signature_SOURCES = tests/unit/wire/test_signature.c
tests_unit_wire_test_signature_LDADD = $(unit_wire_libs)
tests_unit_wire_test_signed_text_SOURCES = tests/unit/wire/test_signed_text.c
tests_unit_wire_test_signed_text_LDADD = $(unit_wire_libs)
EXTRA_DIST += tests/fixtures/sigv4/generate tests/fixtures/sigv4/vectors.json
tests_unit_wire_test_decode_SOURCES = tests/unit/wire/test_decode.c
tests_unit_wire_test_decode_LDADD = $(unit_wire_libs)
tests_unit_wire_test_wire_answer_SOURCES = tests/unit/wire/test_wire_answer.c
tests_unit_wire_test_wire_answer_LDADD = $(unit_wire_libs)
tests_unit_wire_test_wire_json_SOURCES = tests/unit/wire/test_wire_json.c
tests_unit_wire_test_wire_json_LDADD = $(unit_wire_libs)
tests_unit_wire_test_xml_SOURCES = tests/unit/wire/test_xml.c
tests_unit_wire_test_xml_LDADD = $(unit_wire_libs)
