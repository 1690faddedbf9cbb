# SPDX-License-Identifier: Apache-2.0
# The page's files.
console_files = \
	src/api/console/index.html
