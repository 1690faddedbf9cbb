/* SPDX-License-Identifier: Apache-2.0 */
/* What people order about a service that fairlead runs: how many tasks, and new ones for all.
 */
#include "control/admin/admin_service_orders.h"

#include <stdlib.h>

#include "base/memory.h"
#include "control/admin/admin_services.h"
#include "control/admin/admin_steps.h"
#include "control/object_orders.h"
#include "control/scheduler/service_document.h"

#define DESIRED_MOST 10000

struct service_order {
    struct object_order order; /* first: the order is the call's */
    struct admin_wait wait;
    struct object_orders *orders;
    struct admin_request *request; /* NULL: steps */
    struct admin_steps *steps;     /* of a roll, which tells as others do */
    char *id;
    bool is_roll; /* else it is another count */
    unsigned desired;
};

/* Takes the text. */
static void
answer(struct service_order *order, char *text)
{
    const char *name = order->id + sizeof("service/") - 1;

    if (order->steps != NULL) {
        admin_steps_add(order->steps, text);
        admin_steps_end(&order->steps, NULL);
    } else {
        admin_answer(order->request, 200,
                     json_pack("{s:s, s:s}", "Text", text, "ServiceName", name));
    }
    free(text);
}

static void
refuse(struct service_order *order, const char *text)
{
    if (order->steps != NULL)
        admin_steps_end(&order->steps, text);
    else
        admin_refuse(order->request, 409, "OperationNotPermitted", "%s", text);
}

static void
end(struct service_order *order)
{
    admin_wait_end(&order->wait);
    free(order->id);
    free(order);
}

static enum object_turn
on_turn(struct object_order *object_order, struct object_edit *edit)
{
    struct service_order *order = (struct service_order *)(void *)object_order;
    const struct object *object = object_edit_find(edit, order->id);

    if (object == NULL || !service_document_is_active(object->document)) {
        refuse(order, "the service is being deleted");
        end(order);
        return OBJECT_TURN_OVER;
    }
    json_t *document = json_deep_copy(object->document);
    if (order->is_roll) {
        char *definition = memory_copy_text(service_document_text(document, "taskDefinition"));
        service_document_deploy(document, definition, NULL);
        free(definition);
    } else {
        json_object_set_new(document, "desiredCount", json_integer(order->desired));
    }
    object_edit_change(edit, order->id, document);
    return OBJECT_TURN_CHANGES;
}

static void
on_done(struct object_order *object_order, const struct objects_outcome *outcome)
{
    struct service_order *order = (struct service_order *)(void *)object_order;
    const char *name = order->id + sizeof("service/") - 1;

    if (outcome->errors->count > 0)
        refuse(order, outcome->errors->lines[0]);
    else if (outcome->reason != NULL)
        refuse(order, outcome->reason);
    else if (order->is_roll)
        answer(order,
               memory_print("%s is being deployed anew; fairleadctl services shows how it "
                            "fares",
                            name));
    else
        answer(order, memory_print("%s is to have %u tasks", name, order->desired));
    end(order);
}

static void
on_stop(void *argument)
{
    struct service_order *order = argument;

    object_orders_withdraw(order->orders, &order->order);
    refuse(order, "fairlead is stopping: the change may have been made or not");
    end(order);
}

static void
begin(struct admin_call *call, const struct service_order *what, const struct service *service)
{
    struct service_order *order = memory_take(1, sizeof(*order));

    *order = *what;
    order->order = (struct object_order){.on_turn = on_turn, .on_done = on_done};
    order->wait = (struct admin_wait){.on_stop = on_stop, .argument = order};
    order->orders = call->parts->orders;
    if (order->is_roll)
        order->steps = admin_steps_begin(call);
    else
        order->request = call->request;
    order->id = memory_copy_text(service->id);
    admin_wait_begin(call->admin, &order->wait);
    object_orders_add(order->orders, &order->order);
}

void
admin_service_roll(struct admin_call *call, const struct service *service)
{
    begin(call, &(struct service_order){.is_roll = true}, service);
}

void
admin_scale(struct admin_call *call)
{
    json_t *body = admin_read_body(call);
    struct service_order what = {.is_roll = false};

    if (body == NULL)
        return;
    const char *name = json_string_value(json_object_get(body, "Service"));
    const struct service *service = name == NULL ? NULL : admin_service_find(call->parts, name);
    if (name == NULL || json_object_get(body, "DesiredCount") == NULL ||
        !admin_read_number(body, "DesiredCount", (struct admin_range){0, DESIRED_MOST},
                           &what.desired))
        admin_refuse(call->request, 400, "ValidationError",
                     "Service and DesiredCount, 0 to %d, are needed", DESIRED_MOST);
    else if (service == NULL)
        admin_refuse(call->request, 404, "ServiceNotFound",
                     "no service %s that fairlead runs: fairleadctl services shows them", name);
    else if (service_document_is_daemon(service->document))
        admin_refuse(call->request, 409, "OperationNotPermitted",
                     "%s is a daemon: it has a task on every container instance", name);
    else
        begin(call, &what, service);
    json_decref(body);
}
