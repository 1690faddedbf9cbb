/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/target_policy.h"

#include "base/log.h"
#include "model/config.h"
#include "model/ssl_policy.h"

static uint32_t
wanted_policy(const struct snapshot *snapshot)
{
    struct ssl_policy_traits traits = {0};

    for (uint32_t i = 0; i < snapshot_listener_count(snapshot); i++) {
        const struct snapshot_listener *listener = snapshot_listener(snapshot, i);
        if (listener->protocol == PROTOCOL_HTTPS)
            ssl_policy_note(&traits, listener->ssl_policy);
    }
    return ssl_policy_for_targets(&traits);
}

void
target_policy_update(const struct snapshot *snapshot, uint32_t *policy,
                     struct tls_client **client)
{
    uint32_t wanted = wanted_policy(snapshot);
    const struct ssl_policy *row = &ssl_policies[wanted];
    const char *error = NULL;

    if (wanted == *policy)
        return;
    *policy = wanted;
    tls_client_free(client);
    *client = tls_client_new(&(struct tls_policy){row->oldest, row->newest, row->suites_13,
                                                  row->suites, row->level, row->is_hybrid},
                             &error);
    if (*client == NULL)
        log_error("no HTTPS to targets with policy %s: %s", row->name, error);
}
