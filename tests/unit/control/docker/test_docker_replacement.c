/* SPDX-License-Identifier: Apache-2.0 */
/* The body that a container is replaced with, out of recorded answers and small ones. */
#include "../../unit.h"

#include <stdlib.h>

#include "control/docker/docker_replacement.h"
#include "docker_fixture.h"

static json_t *
read_json(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    return json;
}

static void
check_body(const char *container_text, const char *image_text, const char *want)
{
    json_t *container = read_json(container_text), *wanted = read_json(want);
    json_t *image = image_text == NULL ? NULL : read_json(image_text);
    json_t *body = docker_replacement_body(container, image, "app:next", NULL);

    json_object_del(body, "NetworkingConfig");
    if (!json_equal(body, wanted))
        fail_msg("got %s", json_dumps(body, JSON_SORT_KEYS));
    json_decref(container);
    json_decref(image);
    json_decref(wanted);
    json_decref(body);
}

static void
what_the_old_image_said_is_left_to_the_new_one(void **state)
{
    (void)state;
    check_body("{\"Config\": {\"User\": \"web\", \"WorkingDir\": \"/old\","
               " \"Env\": [\"PATH=/old\", \"MODE=fast\"], \"Cmd\": [\"run\"],"
               " \"Entrypoint\": [\"/old\"], \"Labels\": {\"a\": \"1\", \"b\": \"2\"},"
               " \"ExposedPorts\": {\"80/tcp\": {}, \"81/tcp\": {}}},"
               " \"HostConfig\": {\"Memory\": 5}}",
               "{\"Config\": {\"User\": \"\", \"WorkingDir\": \"/old\","
               " \"Env\": [\"PATH=/old\"], \"Cmd\": [\"run\"], \"Entrypoint\": [\"/old\"],"
               " \"Labels\": {\"a\": \"1\"}, \"ExposedPorts\": {\"80/tcp\": {}}}}",
               "{\"User\": \"web\", \"Env\": [\"MODE=fast\"], \"Labels\": {\"b\": \"2\"},"
               " \"ExposedPorts\": {\"81/tcp\": {}}, \"Image\": \"app:next\","
               " \"HostConfig\": {\"Memory\": 5}}");
}

static void
what_compose_notes_of_the_image_follows_it(void **state)
{
    json_t *container =
        read_json("{\"Config\": {\"Labels\": {\"com.docker.compose.image\":"
                  " \"sha256:old\", \"com.docker.compose.service\": \"web\"}}}");
    json_t *image = read_json("{\"Id\": \"sha256:new\"}");
    json_t *want = read_json("{\"com.docker.compose.image\": \"sha256:new\","
                             " \"com.docker.compose.service\": \"web\"}");
    json_t *body = docker_replacement_body(container, NULL, "app:next", image);
    (void)state;

    assert_true(json_equal(json_object_get(body, "Labels"), want));
    json_decref(body);
    /* Nothing is noted where Compose does not, or where the image is not known. */
    body = docker_replacement_body(container, NULL, "app:next", NULL);
    assert_true(json_equal(json_object_get(body, "Labels"),
                           docker_replacement_member(container, "Config", "Labels")));
    json_decref(body);
    json_object_del(json_object_get(json_object_get(container, "Config"), "Labels"),
                    "com.docker.compose.image");
    body = docker_replacement_body(container, NULL, "app:next", image);
    assert_int_equal(json_object_size(json_object_get(body, "Labels")), 1);
    json_decref(body);
    json_decref(container);
    json_decref(image);
    json_decref(want);
}

static void
a_command_of_its_own_stays(void **state)
{
    (void)state;
    check_body("{\"Config\": {\"Cmd\": [\"-n\", \"web\"], \"Entrypoint\": [\"/app\"]},"
               " \"HostConfig\": {}}",
               "{\"Config\": {\"Cmd\": null, \"Entrypoint\": [\"/app\"]}}",
               "{\"Cmd\": [\"-n\", \"web\"], \"Image\": \"app:next\", \"HostConfig\": {}}");
    check_body("{\"Config\": {\"Cmd\": [\"run\"], \"Entrypoint\": [\"/mine\"]},"
               " \"HostConfig\": {}}",
               "{\"Config\": {\"Cmd\": [\"run\"], \"Entrypoint\": [\"/app\"]}}",
               "{\"Cmd\": [\"run\"], \"Entrypoint\": [\"/mine\"], \"Image\": \"app:next\","
               " \"HostConfig\": {}}");
}

static void
everything_is_taken_over_where_the_old_image_is_gone(void **state)
{
    (void)state;
    check_body("{\"Config\": {\"User\": \"web\", \"Image\": \"app\"}, \"HostConfig\": {}}",
               NULL, "{\"User\": \"web\", \"Image\": \"app:next\", \"HostConfig\": {}}");
}

static void
a_host_name_is_kept_only_where_somebody_gave_one(void **state)
{
    (void)state;
    check_body("{\"Id\": \"c6f435c68660839a\", \"Config\": {\"Hostname\": \"c6f435c68660\"},"
               " \"HostConfig\": {}}",
               NULL, "{\"Image\": \"app:next\", \"HostConfig\": {}}");
    check_body("{\"Id\": \"c6f435c68660839a\", \"Config\": {\"Hostname\": \"web\"},"
               " \"HostConfig\": {}}",
               NULL, "{\"Hostname\": \"web\", \"Image\": \"app:next\", \"HostConfig\": {}}");
}

static void
networks_are_joined_without_the_old_addresses(void **state)
{
    json_t *container = read_json(
        "{\"Id\": \"c6f435c68660839a\", \"Config\": {},"
        " \"HostConfig\": {\"NetworkMode\": \"front\"}, \"NetworkSettings\": {\"Networks\": {"
        " \"front\": {\"NetworkID\": \"f1\", \"IPAddress\": \"172.18.0.2\","
        "   \"Aliases\": [\"web\", \"c6f435c68660\"], \"IPAMConfig\": {\"IPv4Address\": "
        "\"x\"}},"
        " \"back\": {\"NetworkID\": \"b1\", \"Links\": null, \"Aliases\": [\"db\"]}}}}");
    json_t *body = docker_replacement_body(container, NULL, "app", NULL);
    json_t *others = docker_replacement_networks(container);
    json_t *first = read_json("{\"EndpointsConfig\": {\"front\": {\"Aliases\": [\"web\"]}}}");
    json_t *second = read_json("{\"b1\": {\"EndpointConfig\": {\"Aliases\": [\"db\"]}}}");

    (void)state;
    assert_true(json_equal(json_object_get(body, "NetworkingConfig"), first));
    assert_true(json_equal(others, second));
    json_decref(container);
    json_decref(body);
    json_decref(others);
    json_decref(first);
    json_decref(second);
}

static void
a_recorded_container_keeps_its_labels_command_and_ports(void **state)
{
    size_t length;
    char *text = docker_fixture_read("inspect-1.41.json", &length);
    json_t *container = read_json(text);
    json_t *body = docker_replacement_body(container, NULL, "app:next", NULL);

    (void)state;
    assert_null(docker_replacement_obstacle(container));
    assert_string_equal(
        json_string_value(docker_replacement_member(body, "Labels", "fairlead.service")),
        "srvweb");
    assert_true(json_equal(docker_replacement_member(body, "HostConfig", "PortBindings"),
                           docker_replacement_member(container, "HostConfig", "PortBindings")));
    assert_null(json_object_get(body, "Hostname"));
    json_decref(body);
    json_decref(container);
    free(text);
}

static void
a_fixed_host_port_stands_in_the_way(void **state)
{
    json_t *fixed = read_json("{\"HostConfig\": {\"NetworkMode\": \"default\","
                              " \"PortBindings\": {\"80/tcp\": [{\"HostPort\": \"8080\"}]}}}");
    json_t *host = read_json("{\"HostConfig\": {\"NetworkMode\": \"host\"}}");

    (void)state;
    assert_non_null(docker_replacement_obstacle(fixed));
    assert_non_null(docker_replacement_obstacle(host));
    json_decref(fixed);
    json_decref(host);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_old_image_said_is_left_to_the_new_one),
        cmocka_unit_test(what_compose_notes_of_the_image_follows_it),
        cmocka_unit_test(a_command_of_its_own_stays),
        cmocka_unit_test(everything_is_taken_over_where_the_old_image_is_gone),
        cmocka_unit_test(a_host_name_is_kept_only_where_somebody_gave_one),
        cmocka_unit_test(networks_are_joined_without_the_old_addresses),
        cmocka_unit_test(a_recorded_container_keeps_its_labels_command_and_ports),
        cmocka_unit_test(a_fixed_host_port_stands_in_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
