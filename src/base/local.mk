# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/address.c src/base/address.h \
	src/base/check.c src/base/check.h \
	src/base/clock.c src/base/clock.h \
	src/base/directories.h \
	src/base/folder.c src/base/folder.h \
	src/base/log.c src/base/log.h \
	src/base/memory.c src/base/memory.h \
	src/base/object_pool.c src/base/object_pool.h \
	src/base/own_file.c src/base/own_file.h \
	src/base/random.c src/base/random.h \
	src/base/sanitizers.h \
	src/base/sandbox.c src/base/sandbox.h src/base/sandbox_calls.def \
	src/base/sandbox_walls.def src/base/short_child.c src/base/short_child.h \
	src/base/slice.c src/base/slice.h \
	src/base/text.c src/base/text.h \
	src/base/title.c src/base/title.h
