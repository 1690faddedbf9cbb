# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += liblogger.a
liblogger_a_SOURCES = \
	src/logger/access_fields.c src/logger/access_fields.def src/logger/access_fields.h \
	src/logger/access_log.c src/logger/access_log.h \
	src/logger/connection_fields.c src/logger/connection_fields.def src/logger/connection_fields.h \
	src/logger/line_log.c src/logger/line_log.h \
	src/logger/log_line.h src/logger/log_line_alb.c src/logger/log_line_json.c src/logger/log_text.c \
	src/logger/log_file.c src/logger/log_file.h \
	src/logger/logger.c src/logger/logger.h
