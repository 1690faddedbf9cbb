# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = \
	src/http/desync_reasons.def \
	src/http/fields.def \
	src/http/refusals.def \
	src/http/status.def \
	src/http/bytes.c src/http/bytes.h \
	src/http/forwarded.c src/http/forwarded.h \
	src/http/forwarding.h \
	src/http/forwarding_page.c \
	src/http/forwarding_request.c \
	src/http/forwarding_response.c \
	src/http/forwarding_trace.c src/http/forwarding_trace.h \
	src/http/forwarding_write.h \
	src/http/framing.c src/http/framing.h \
	src/http/grpc.c src/http/grpc.h \
	src/http/head.c src/http/head.h \
	src/http/http1_body.c src/http/http1_body.h \
	src/http/http1_parser.c src/http/http1_parser.h \
	src/http/http1_start_line.c src/http/http1_start_line.h \
	src/http/http2_head.c src/http/http2_head.h \
	src/http/http2_lines.c src/http/http2_lines.h \
	src/http/login.c src/http/login.h \
	src/http/request_judge.c src/http/request_judge.h \
	src/http/request_target.c src/http/request_target.h \
	src/http/response_judge.c src/http/response_judge.h \
	src/http/trailers.c src/http/trailers.h

# Where the system has no llhttp library, the sources that its package installs are compiled here.
if BUILD_LLHTTP
llhttp_archive = libllhttp-built.a
llhttp_objects = llhttp-api.o llhttp-http.o llhttp-llhttp.o
noinst_DATA = $(llhttp_archive)
CLEANFILES += $(llhttp_archive) $(llhttp_objects)

llhttp-%.o: $(llhttp_sources)/%.c
	$(AM_V_CC)$(CC) $(LLHTTP_CFLAGS) -DLLHTTP_STRICT_MODE=1 $(CFLAGS) $(SANITIZE) -w -c -o $@ $<

$(llhttp_archive): $(llhttp_objects)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $(llhttp_objects) && $(RANLIB) $@
endif
