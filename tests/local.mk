# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
include tests/unit/base/local.mk
include tests/unit/model/local.mk
include tests/unit/net/local.mk
include tests/unit/http/local.mk
include tests/unit/ipc/local.mk
include tests/unit/wire/local.mk
include tests/unit/worker/local.mk
include tests/unit/control/local.mk
include tests/unit/observer/local.mk
include tests/unit/logger/local.mk
include tests/unit/api/local.mk
endif
include tests/support/local.mk
include tests/vtc/local.mk
include tests/system/local.mk
include tests/browser/local.mk
include tests/fuzz/local.mk
TESTS += $(check_PROGRAMS) tools/check-includes
EXTRA_DIST += tests/unit/unit.h
