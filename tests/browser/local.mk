# SPDX-License-Identifier: Apache-2.0
# The console in Debian's chromium; one browser for all of it.
browser_tests = tests/browser/console.sh
TESTS += $(browser_tests)
dist_check_SCRIPTS += $(browser_tests)
EXTRA_DIST += tests/browser/stage.py tests/browser/test_console.py tests/browser/test_access.py tests/browser/test_changes.py
