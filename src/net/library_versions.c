/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl names the libraries that it stands on itself. */
#include "net/library_versions.h"

#include <stdio.h>

#include <curl/curl.h>
#include <event2/event.h>

void
library_versions(char text[LIBRARY_VERSIONS_SIZE])
{
    snprintf(text, LIBRARY_VERSIONS_SIZE, "libevent/%s %s", event_get_version(),
             curl_version());
}
