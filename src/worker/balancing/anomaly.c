/* SPDX-License-Identifier: Apache-2.0 */
/* Compares each target's errors in the last window with those of its peers. */
#include "worker/balancing/anomaly.h"

#include <stdbool.h>

#include "worker/shared/context.h"
#include "worker/targets/view.h"

#define WINDOW_S 5

/* Fewer targets or fewer requests than these say nothing. */
#define PEERS_LEAST 3
#define REQUESTS_LEAST 10

/* An anomalous target errs this many times as often as its peers, and in 5 % of its requests.
 */
#define TIMES_PEERS 3
#define RATE_LEAST_PERCENT 5

/* Each window halves an anomalous share down to the least, and gives a tenth back to a normal
 * one. */
#define SHARE_LEAST 5
#define SHARE_STEP 10

static bool
is_anomalous(const struct target_state *target, uint64_t all_requests, uint64_t all_errors)
{
    uint64_t requests = target->window_requests, errors = target->window_errors;
    uint64_t peer_requests = all_requests - requests, peer_errors = all_errors - errors;

    if (requests < REQUESTS_LEAST || errors * 100 < requests * RATE_LEAST_PERCENT)
        return false;
    return errors * (peer_requests + 1) > TIMES_PEERS * (peer_errors + 1) * requests;
}

static void
update_share(struct target_state *target, bool anomalous)
{
    if (anomalous)
        target->anomaly_share =
            target->anomaly_share / 2 < SHARE_LEAST ? SHARE_LEAST : target->anomaly_share / 2;
    else
        target->anomaly_share =
            target->anomaly_share + SHARE_STEP > 100 ? 100 : target->anomaly_share + SHARE_STEP;
}

static void
update_group(const struct view *view, const struct view_group *group,
             struct group_counters *counters)
{
    uint64_t anomalous_count = 0, mitigated_count = 0;
    uint64_t requests = 0, errors = 0;
    bool mitigates = (group->group->flags & GROUP_ANOMALY_MITIGATION) != 0;

    for (uint32_t i = 0; i < group->selectable_count; i++) {
        requests += view->targets[group->selectable[i]]->window_requests;
        errors += view->targets[group->selectable[i]]->window_errors;
    }
    for (uint32_t i = 0; i < group->selectable_count; i++) {
        struct target_state *target = view->targets[group->selectable[i]];
        bool anomalous = mitigates && group->selectable_count >= PEERS_LEAST &&
                         is_anomalous(target, requests, errors);
        update_share(target, anomalous);
        anomalous_count += anomalous ? 1 : 0;
        mitigated_count += target->anomaly_share < 100 ? 1 : 0;
    }
    counter_set(&counters->anomalous, anomalous_count);
    counter_set(&counters->mitigated, mitigated_count);
    for (uint32_t i = 0; i < group->selectable_count; i++) {
        struct target_state *target = view->targets[group->selectable[i]];
        target->window_requests = 0;
        target->window_errors = 0;
    }
}

void
anomaly_update(struct worker *worker)
{
    if (worker->view == NULL || ++worker->seconds % WINDOW_S != 0)
        return;
    for (uint32_t i = 0; i < snapshot_group_count(worker->view->snapshot); i++)
        update_group(worker->view, &worker->view->groups[i],
                     &worker->counters->groups[worker->view->groups[i].group->counter_row]);
}
