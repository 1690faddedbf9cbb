/* SPDX-License-Identifier: Apache-2.0 */
/* What a container's labels say of its task, and what is not believed. */
#include "../../unit.h"

#include <stdlib.h>

#include "control/scheduler/instances.h"
#include "control/scheduler/task_labels.h"

#define ID "0123456789abcdef0123456789abcdef"
#define ARN "arn:aws:ecs:us-east-1:000000000000:task/erp/" ID

static struct instance instance = {
    .name = (char *)"i-1", .cluster = (char *)"erp", .zone = (char *)"us-east-1a"};

/* Its user says otherwise by labels of their own, and is not heard. */
static struct scheduled_task *
make_task(const char *service)
{
    json_t *definition =
        json_pack("{s:[{s:s, s:s, s:{s:s, s:s, s:s}}]}", "containerDefinitions", "name", "main",
                  "image", "app", "dockerLabels", "own", "1", "fairlead.managed", "0",
                  "fairlead.service", "other");
    struct scheduled_task *task = scheduled_task_new(ID, "erp", "web:12", definition);

    json_decref(definition);
    task->instance = &instance;
    if (service == NULL) {
        task->started_by = strdup("me");
        task->group = strdup("batch");
        return task;
    }
    task->service = strdup(service);
    task->deployment = strdup("ecs-svc/1");
    return task;
}

static json_t *
make(const char *service)
{
    struct scheduled_task *task = make_task(service);
    json_t *labels = task_labels_make(task->containers[0], ARN);

    scheduled_task_free(&task);
    return labels;
}

static const char *
text(const json_t *labels, const char *name)
{
    return json_string_value(json_object_get(labels, name));
}

static void
what_is_written_is_read(void **state)
{
    json_t *object = make("srv");
    struct task_labels labels;

    (void)state;
    assert_string_equal(text(object, "own"), "1");
    assert_string_equal(text(object, "fairlead.managed"), "1");
    assert_string_equal(text(object, "fairlead.service"), "erp/srv");
    assert_true(task_labels_read(&labels, object));
    assert_string_equal(labels.task_id, ID);
    assert_string_equal(labels.cluster, "erp");
    assert_string_equal(labels.container, "main");
    assert_string_equal(labels.instance, "i-1");
    assert_string_equal(labels.definition_id, "web:12");
    assert_string_equal(labels.service, "srv");
    assert_string_equal(labels.deployment, "ecs-svc/1");
    task_labels_clear(&labels);
    assert_null(labels.definition_id);
    json_decref(object);
}

static void
one_that_stands_alone_has_no_service(void **state)
{
    json_t *object = make(NULL);
    struct task_labels labels;

    (void)state;
    assert_true(task_labels_read(&labels, object));
    assert_null(labels.service);
    assert_null(labels.deployment);
    assert_string_equal(labels.started_by, "me");
    assert_string_equal(labels.group, "batch");
    task_labels_clear(&labels);
    json_decref(object);
}

static void
labels_of_no_task_are_not_believed(void **state)
{
    static const struct {
        const char *name, *value; /* NULL: it is missing */
    } rows[] = {
        {"com.amazonaws.ecs.task-arn", NULL},
        {"com.amazonaws.ecs.task-arn", ""},
        {"com.amazonaws.ecs.task-arn", ID},
        {"com.amazonaws.ecs.task-arn", "task/erp/0123"},
        {"com.amazonaws.ecs.task-arn", "task/erp/0123456789ABCDEF0123456789ABCDEF"},
        {"com.amazonaws.ecs.task-arn", "task/erp/" ID "0"},
        {"com.amazonaws.ecs.container-name", NULL},
        {"com.amazonaws.ecs.cluster", NULL},
        {"com.amazonaws.ecs.cluster", ""},
        {"com.amazonaws.ecs.task-definition-family", NULL},
        {"com.amazonaws.ecs.task-definition-version", NULL},
        {"fairlead.instance", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        json_t *object = make("srv");
        struct task_labels labels;
        if (rows[i].value == NULL)
            json_object_del(object, rows[i].name);
        else
            json_object_set_new(object, rows[i].name, json_string(rows[i].value));
        if (task_labels_read(&labels, object))
            fail_msg("%s %s is believed", rows[i].name,
                     rows[i].value == NULL ? "(missing)" : rows[i].value);
        json_decref(object);
    }
    struct task_labels labels;
    assert_false(task_labels_read(&labels, NULL));
}

static void
an_instance_has_always_the_same_id(void **state)
{
    char one[33], same[33], other[33];

    (void)state;
    task_labels_make_instance_id(one, "erp", "i-1");
    task_labels_make_instance_id(same, "erp", "i-1");
    task_labels_make_instance_id(other, "erp\ni", "-1");
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
    assert_int_equal(strspn(one, "0123456789abcdef"), 32);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(one_that_stands_alone_has_no_service),
        cmocka_unit_test(labels_of_no_task_are_not_believed),
        cmocka_unit_test(an_instance_has_always_the_same_id),
    };

    return cmocka_run_group_tests_name("task_labels", tests, NULL, NULL);
}
