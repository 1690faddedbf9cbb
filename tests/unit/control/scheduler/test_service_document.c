/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments of a service's document: made, completed, failed, rolled back. */
#include "../../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/scheduler/service_document.h"

static json_t *
make(json_t *given)
{
    return service_document_new("default", "web", "web:1", 2,
                                given == NULL ? json_object() : given);
}

/* "web:2 PRIMARY IN_PROGRESS, web:1 ACTIVE COMPLETED" */
static void
are(const json_t *document, const char *expected)
{
    const json_t *one;
    char text[1024] = "";
    size_t index, length = 0;

    json_array_foreach (json_object_get(document, "deployments"), index, one)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%s%s %s %s", index == 0 ? "" : ", ",
            service_document_text(one, "taskDefinition"), service_document_text(one, "status"),
            service_document_text(one, "rolloutState"));
    assert_string_equal(text, expected);
    assert_string_equal(
        service_document_text(document, "taskDefinition"),
        service_document_text(service_document_primary(document), "taskDefinition"));
}

static void
begins_with_a_deployment_in_progress(void **state)
{
    json_t *document = make(NULL);
    const char *id = service_document_text(service_document_primary(document), "id");

    (void)state;
    are(document, "web:1 PRIMARY IN_PROGRESS");
    assert_int_equal(strlen(id), DEPLOYMENT_ID_SIZE - 1);
    assert_memory_equal(id, "ecs-svc/", 8);
    assert_true(service_document_is_active(document));
    assert_false(service_document_is_daemon(document));
    assert_int_equal(service_document_minimum_percent(document), 100);
    assert_int_equal(service_document_maximum_percent(document), 200);
    json_decref(document);
}

static void
a_daemon_has_other_percents(void **state)
{
    json_t *document = make(json_pack("{s:s, s:{s:i}}", "schedulingStrategy", "DAEMON",
                                      "deploymentConfiguration", "minimumHealthyPercent", 50));

    (void)state;
    assert_true(service_document_is_daemon(document));
    assert_int_equal(service_document_minimum_percent(document), 50);
    assert_int_equal(service_document_maximum_percent(document), 100);
    json_decref(document);
}

static void
the_completed_one_is_alone(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_deploy(document, "web:2", NULL);
    service_document_deploy(document, "web:3", NULL);
    are(document,
        "web:3 PRIMARY IN_PROGRESS, web:2 ACTIVE IN_PROGRESS, web:1 ACTIVE IN_PROGRESS");
    service_document_complete(document, "it is there");
    are(document, "web:3 PRIMARY COMPLETED");
    assert_string_equal(service_document_text(document, "completed"), "web:3");
    json_decref(document);
}

static void
goes_back_to_the_deployment_that_was_completed(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_complete(document, "it is there");
    char *id = strdup(service_document_text(service_document_primary(document), "id"));
    service_document_deploy(document, "web:2", NULL);
    assert_false(service_document_is_rollback(document));
    service_document_fail(document, "they end at once");
    service_document_roll_back(document);
    are(document, "web:1 PRIMARY IN_PROGRESS, web:2 ACTIVE FAILED");
    assert_string_equal(service_document_text(service_document_primary(document), "id"), id);
    assert_true(service_document_is_rollback(document));
    service_document_deploy(document, "web:3", NULL);
    assert_false(service_document_is_rollback(document));
    free(id);
    json_decref(document);
}

/* The same definition deployed anew fails: the deployment before comes back. */
static void
goes_back_from_the_same_definition(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_complete(document, "it is there");
    service_document_deploy(document, "web:1", NULL);
    service_document_roll_back(document);
    are(document, "web:1 PRIMARY IN_PROGRESS, web:1 ACTIVE IN_PROGRESS");
    json_decref(document);
}

static void
without_a_completed_one_nothing_comes_back(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_deploy(document, "web:2", NULL);
    service_document_fail(document, "they end at once");
    service_document_roll_back(document);
    are(document, "web:2 PRIMARY FAILED, web:1 ACTIVE IN_PROGRESS");
    assert_false(service_document_is_rollback(document));
    json_decref(document);
}

static void
of_many_in_vain_the_last_are_kept_and_the_completed_one(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_complete(document, "it is there");
    for (int i = 0; i < 100; i++)
        service_document_deploy(document, "web:2", NULL);
    const json_t *deployments = json_object_get(document, "deployments");
    assert_int_equal(json_array_size(deployments), 20);
    assert_string_equal(service_document_text(json_array_get(deployments, 19), "rolloutState"),
                        "COMPLETED");
    service_document_roll_back(document);
    assert_string_equal(service_document_text(document, "taskDefinition"), "web:1");
    json_decref(document);
}

static void
nothing_is_wanted_of_one_that_is_drained(void **state)
{
    json_t *document = make(NULL);

    (void)state;
    service_document_drain(document);
    assert_false(service_document_is_active(document));
    assert_int_equal(json_integer_value(json_object_get(document, "desiredCount")), 0);
    json_decref(document);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_a_deployment_in_progress),
        cmocka_unit_test(a_daemon_has_other_percents),
        cmocka_unit_test(the_completed_one_is_alone),
        cmocka_unit_test(goes_back_to_the_deployment_that_was_completed),
        cmocka_unit_test(goes_back_from_the_same_definition),
        cmocka_unit_test(without_a_completed_one_nothing_comes_back),
        cmocka_unit_test(of_many_in_vain_the_last_are_kept_and_the_completed_one),
        cmocka_unit_test(nothing_is_wanted_of_one_that_is_drained),
    };

    return cmocka_run_group_tests_name("service_document", tests, NULL, NULL);
}
