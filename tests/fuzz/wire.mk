# SPDX-License-Identifier: Apache-2.0
# The fuzz targets of signed calls, on both sides of the channel, of forms and of JSON bodies; local.mk says how they are linked.
if BUILD_FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_api_call tests/fuzz/fuzz_decode tests/fuzz/fuzz_signed_text tests/fuzz/fuzz_task_definition tests/fuzz/fuzz_wire_json
else
check_PROGRAMS += tests/fuzz/fuzz_api_call tests/fuzz/fuzz_decode tests/fuzz/fuzz_signed_text tests/fuzz/fuzz_task_definition tests/fuzz/fuzz_wire_json
endif
tests_fuzz_fuzz_api_call_SOURCES = tests/fuzz/fuzz_api_call.c $(fuzz_main)
tests_fuzz_fuzz_api_call_LDADD = libcontrol.a $(libs_role) $(libs_system)
tests_fuzz_fuzz_api_call_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_signed_text_SOURCES = tests/fuzz/fuzz_signed_text.c $(fuzz_main)
tests_fuzz_fuzz_signed_text_LDADD = $(libs_wire) $(libs_system)
tests_fuzz_fuzz_signed_text_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_decode_SOURCES = tests/fuzz/fuzz_decode.c $(fuzz_main)
tests_fuzz_fuzz_decode_LDADD = $(libs_wire) $(libs_system)
tests_fuzz_fuzz_decode_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_task_definition_SOURCES = tests/fuzz/fuzz_task_definition.c $(fuzz_main)
tests_fuzz_fuzz_task_definition_LDADD = libwire.a libmodel.a $(libs_net) $(libs_system)
tests_fuzz_fuzz_task_definition_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_wire_json_SOURCES = tests/fuzz/fuzz_wire_json.c $(fuzz_main)
tests_fuzz_fuzz_wire_json_LDADD = $(libs_wire) $(libs_system)
tests_fuzz_fuzz_wire_json_LDFLAGS = $(fuzz_ldflags)
