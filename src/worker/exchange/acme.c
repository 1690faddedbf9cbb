/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/exchange/acme.h"

#define FOLDER SLICE_LITERAL("/.well-known/acme-challenge/")

uint32_t
acme_challenge_of(const struct snapshot *snapshot, uint32_t listener,
                  const struct route_request *request)
{
    struct slice folder = FOLDER;

    if (snapshot_listener(snapshot, listener)->protocol != PROTOCOL_HTTP ||
        request->path.length <= folder.length ||
        !slice_equal(slice_make(request->path.at, folder.length), folder) ||
        !(slice_equal(request->method, SLICE_LITERAL("GET")) ||
          slice_equal(request->method, SLICE_LITERAL("HEAD"))))
        return SNAPSHOT_NO_INDEX;
    struct slice token =
        slice_make(request->path.at + folder.length, request->path.length - folder.length);
    for (uint32_t i = 0; i < snapshot_challenge_count(snapshot); i++)
        if (slice_equal(snapshot_slice(snapshot, snapshot_challenge(snapshot, i)->token),
                        token))
            return i;
    return SNAPSHOT_NO_INDEX;
}
