# SPDX-License-Identifier: Apache-2.0
# The console's files, as they are served.
console_files = \
	src/api/console/index.html src/api/console/style.css src/api/console/icon.svg \
	src/api/console/actions.js src/api/console/api.js src/api/console/aws.js src/api/console/columns.js \
	src/api/console/dialog.js src/api/console/dom.js \
	src/api/console/graph.js src/api/console/lessons.js src/api/console/loader.js \
	src/api/console/main.js src/api/console/object_orders.js src/api/console/origin.js src/api/console/page_configuration.js \
	src/api/console/page_events.js src/api/console/page_failed.js \
	src/api/console/page_group.js src/api/console/page_map.js \
	src/api/console/page_overview.js src/api/console/page_processes.js \
	src/api/console/page_own_service.js src/api/console/service_orders.js src/api/console/page_services.js src/api/console/page_try.js \
	src/api/console/settings.js src/api/console/sign.js src/api/console/states.js \
	src/api/console/stream.js src/api/console/table.js src/api/console/text.js
