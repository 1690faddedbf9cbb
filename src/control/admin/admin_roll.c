/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/roll: {"Service", "Image", "Batch", "TimeoutSeconds"}; the answer is its steps.
 * Without an image each container gets the newest image of the reference that it was made of.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "control/admin/admin_service_orders.h"
#include "control/admin/admin_services.h"
#include "control/admin/admin_steps.h"
#include "control/admin/name_list.h"
#include "control/rollout/roll.h"

#define DEFAULT_READY_SECONDS 60
#define STOP_SECONDS 10 /* as docker stop */
#define MOST_READY_SECONDS 3600
#define MOST_BATCH 1000

/* A roll under way. */
struct rolling {
    struct admin_steps *steps;
    struct event_log *events;
    char *service;
};

static void
on_step(void *argument, const char *text)
{
    const struct rolling *rolling = argument;

    admin_steps_add(rolling->steps, text);
}

static void
on_done(void *argument, const char *error)
{
    struct rolling *rolling = argument;

    event_log_add(rolling->events, EVENT_DEPLOY, rolling->service, "%s%s",
                  error == NULL ? "rolled" : "the roll failed: ", error == NULL ? "" : error);
    admin_steps_end(&rolling->steps, error);
    free(rolling->service);
    free(rolling);
}

static bool
is_configured(const struct config *config, const char *service)
{
    for (size_t i = 0; i < config->service_count; i++)
        if (strcmp(config->services[i].name, service) == 0)
            return true;
    return false;
}

static void
refuse_service(struct admin_call *call, const char *service, const char *obstacle)
{
    const struct config *config = call->parts->config;

    if (is_configured(config, service) || config->service_count == 0) {
        admin_refuse(call->request, 409, "OperationNotPermitted", "service %s: %s", service,
                     obstacle);
        return;
    }
    char *services = name_list_of_services(config);
    admin_refuse(call->request, 404, "ServiceNotFound", "no service %s; services: %s", service,
                 services);
    free(services);
}

static void
begin(struct admin_call *call, const struct roll_order *order)
{
    static const struct roll_callbacks callbacks = {on_step, on_done};

    const struct service *own = admin_service_find(call->parts, order->service);

    if (own != NULL && order->image == NULL) {
        admin_service_roll(call, own);
        return;
    }
    const char *obstacle = roll_obstacle(call->parts->rollout, order->service);
    if (obstacle != NULL) {
        refuse_service(call, order->service, obstacle);
        return;
    }
    struct rolling *rolling = memory_take(1, sizeof(*rolling));
    *rolling = (struct rolling){admin_steps_begin(call), call->parts->events,
                                memory_copy_text(order->service)};
    event_log_add(rolling->events, EVENT_DEPLOY, order->service, "is being rolled%s%s",
                  order->image == NULL ? "" : " to ", order->image == NULL ? "" : order->image);
    roll_begin(call->parts->rollout, order, &callbacks, rolling);
}

void
admin_roll(struct admin_call *call)
{
    json_t *body = admin_read_body(call);

    if (body == NULL)
        return;
    struct roll_order order = {
        .service = json_string_value(json_object_get(body, "Service")),
        .image = json_string_value(json_object_get(body, "Image")),
        .batch = 1,
        .ready_seconds = DEFAULT_READY_SECONDS,
        .stop_seconds = STOP_SECONDS,
    };
    if (order.service != NULL &&
        admin_read_number(body, "Batch", (struct admin_range){1, MOST_BATCH}, &order.batch) &&
        admin_read_number(body, "TimeoutSeconds", (struct admin_range){1, MOST_READY_SECONDS},
                          &order.ready_seconds))
        begin(call, &order);
    else
        admin_refuse(call->request, 400, "ValidationError",
                     "Service is needed; Batch is 1 to %u, TimeoutSeconds 1 to %u", MOST_BATCH,
                     MOST_READY_SECONDS);
    json_decref(body);
}
