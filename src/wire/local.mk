# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libwire.a
libwire_a_SOURCES = \
	src/wire/authorization.c src/wire/authorization.h \
	src/wire/canonical_request.c src/wire/canonical_request.h \
	src/wire/form.c src/wire/form.h \
	src/wire/percent.c src/wire/percent.h \
	src/wire/signature.c src/wire/signature.h \
	src/wire/signed_text.c src/wire/signed_text.h \
	src/wire/sigv4_fault.c src/wire/sigv4_fault.h \
	src/wire/sigv4_faults.def
