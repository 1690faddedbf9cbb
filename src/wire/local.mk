# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	src/wire/authorization.c src/wire/authorization.h \
	src/wire/canonical_request.c src/wire/canonical_request.h \
	src/wire/decode_form.c src/wire/decode_json.c src/wire/decode.h \
	src/wire/decoding.c src/wire/decoding.h \
	src/wire/form.c src/wire/form.h \
	src/wire/operations.def \
	src/wire/percent.c src/wire/percent.h \
	src/wire/services.def \
	src/wire/shape.c src/wire/shape.h src/wire/shapes.def \
	src/wire/signature.c src/wire/signature.h \
	src/wire/signed_text.c src/wire/signed_text.h \
	src/wire/sigv4_fault.c src/wire/sigv4_fault.h \
	src/wire/sigv4_faults.def \
	src/wire/wire_answer.c src/wire/wire_answer.h \
	src/wire/wire_json.c src/wire/wire_json.h \
	src/wire/xml.c src/wire/xml.h
