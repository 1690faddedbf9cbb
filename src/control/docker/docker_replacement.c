/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspect tells what a container got, not what it was asked for: the image's own settings are
 * taken away again by comparison with the image.
 */
#include "control/docker/docker_replacement.h"

#include <string.h>

/* Of an id, as a host name or an alias where nobody gave one. */
#define SHORT_ID_LENGTH 12

#define COMPOSE_IMAGE_LABEL "com.docker.compose.image"

/* Settings that a container has from its image where they are equal. */
static const char *const from_image[] = {"User",        "WorkingDir", "StopSignal",
                                         "Healthcheck", "OnBuild",    "Shell"};

/* Sets of settings: members that the image has too are the image's. */
static const char *const sets_from_image[] = {"Labels", "ExposedPorts", "Volumes"};

/* What an endpoint is asked for; the rest of it is what it got. */
static const char *const endpoint_settings[] = {"Links", "DriverOpts", "GwPriority"};

const json_t *
docker_replacement_member(const json_t *object, const char *first, const char *second)
{
    return json_object_get(json_object_get(object, first), second);
}

/* A port that the engine chooses has none here, or 0. */
static bool
is_fixed(const json_t *binding)
{
    const char *port = json_string_value(json_object_get(binding, "HostPort"));

    return port != NULL && *port != '\0' && strcmp(port, "0") != 0;
}

const char *
docker_replacement_obstacle(const json_t *container)
{
    const char *mode =
        json_string_value(docker_replacement_member(container, "HostConfig", "NetworkMode"));
    json_t *bindings =
        json_object_get(json_object_get(container, "HostConfig"), "PortBindings");
    const char *port;
    json_t *list;

    if (mode != NULL && strcmp(mode, "host") == 0)
        return "it is on the host's network, where its port is taken: publish the port instead";
    json_object_foreach (bindings, port, list)
        for (size_t i = 0; i < json_array_size(list); i++)
            if (is_fixed(json_array_get(list, i)))
                return "it has a fixed host port, which cannot be had twice: publish the port "
                       "without one (-p 80), so that the engine chooses it";
    return NULL;
}

/* Takes out of a set or a list what stands in the other as well. */
static void
remove_equal(json_t *own, const json_t *other)
{
    const char *key;
    json_t *value;
    void *next;
    size_t index;

    json_object_foreach_safe (own, next, key, value)
        if (json_equal(value, json_object_get(other, key)))
            json_object_del(own, key);
    for (size_t i = json_array_size(own); i-- > 0;)
        json_array_foreach (other, index, value)
            if (json_equal(json_array_get(own, i), value)) {
                json_array_remove(own, i);
                break;
            }
}

/* A command belongs to its entrypoint: with an own one, both were given. */
static void
remove_command(json_t *config, const json_t *image_config)
{
    if (!json_equal(json_object_get(config, "Entrypoint"),
                    json_object_get(image_config, "Entrypoint")))
        return;
    json_object_del(config, "Entrypoint");
    if (json_equal(json_object_get(config, "Cmd"), json_object_get(image_config, "Cmd")))
        json_object_del(config, "Cmd");
}

static void
remove_image_settings(json_t *config, const json_t *image_config)
{
    for (size_t i = 0; i < sizeof(from_image) / sizeof(*from_image); i++)
        if (json_equal(json_object_get(config, from_image[i]),
                       json_object_get(image_config, from_image[i])))
            json_object_del(config, from_image[i]);
    for (size_t i = 0; i < sizeof(sets_from_image) / sizeof(*sets_from_image); i++)
        remove_equal(json_object_get(config, sets_from_image[i]),
                     json_object_get(image_config, sets_from_image[i]));
    remove_equal(json_object_get(config, "Env"), json_object_get(image_config, "Env"));
    remove_command(config, image_config);
}

/* Whether the text is the beginning of the container's id that engines use as a name. */
static bool
is_short_id(const json_t *container, const json_t *text)
{
    const char *id = json_string_value(json_object_get(container, "Id"));
    const char *value = json_string_value(text);

    return id != NULL && value != NULL && strlen(value) == SHORT_ID_LENGTH &&
           strncmp(id, value, SHORT_ID_LENGTH) == 0;
}

/* An endpoint's settings without its addresses, which are the old container's for now. */
static json_t *
copy_endpoint(const json_t *container, const json_t *endpoint)
{
    json_t *copy = json_object(), *aliases = json_array();
    json_t *alias;
    size_t index;

    for (size_t i = 0; i < sizeof(endpoint_settings) / sizeof(*endpoint_settings); i++) {
        json_t *value = json_object_get(endpoint, endpoint_settings[i]);
        if (value != NULL && !json_is_null(value))
            json_object_set(copy, endpoint_settings[i], value);
    }
    json_array_foreach (json_object_get(endpoint, "Aliases"), index, alias)
        if (!is_short_id(container, alias))
            json_array_append(aliases, alias);
    if (json_array_size(aliases) > 0)
        json_object_set(copy, "Aliases", aliases);
    json_decref(aliases);
    return copy;
}

/* The network's name that the container was created with. */
static bool
is_first_network(const json_t *container, const char *name)
{
    const char *mode =
        json_string_value(docker_replacement_member(container, "HostConfig", "NetworkMode"));

    if (mode == NULL || strcmp(mode, "default") == 0)
        mode = "bridge";
    return strcmp(mode, name) == 0;
}

static json_t *
first_network(const json_t *container)
{
    json_t *networks =
        json_object_get(json_object_get(container, "NetworkSettings"), "Networks");
    json_t *first = json_object();
    const char *name;
    json_t *endpoint;

    json_object_foreach (networks, name, endpoint)
        if (is_first_network(container, name))
            json_object_set_new(first, name, copy_endpoint(container, endpoint));
    return first;
}

json_t *
docker_replacement_networks(const json_t *container)
{
    json_t *networks =
        json_object_get(json_object_get(container, "NetworkSettings"), "Networks");
    json_t *others = json_object();
    const char *name;
    json_t *endpoint;

    json_object_foreach (networks, name, endpoint) {
        const char *id = json_string_value(json_object_get(endpoint, "NetworkID"));
        if (is_first_network(container, name) || id == NULL || *id == '\0')
            continue;
        json_object_set_new(
            others, id,
            json_pack("{s:o}", "EndpointConfig", copy_endpoint(container, endpoint)));
    }
    return others;
}

/* By this label Compose (v2) tells whether a container has the image that it should have. */
static void
note_image(json_t *labels, const json_t *new_image)
{
    const json_t *id = json_object_get(new_image, "Id");

    if (json_object_get(labels, COMPOSE_IMAGE_LABEL) != NULL && json_is_string(id))
        json_object_set_new(labels, COMPOSE_IMAGE_LABEL, json_string(json_string_value(id)));
}

json_t *
docker_replacement_body(const json_t *container, const json_t *old_image, const char *image,
                        const json_t *new_image)
{
    json_t *body = json_deep_copy(json_object_get(container, "Config"));
    const json_t *image_config = json_object_get(old_image, "Config");

    if (body == NULL)
        body = json_object();
    if (image_config != NULL)
        remove_image_settings(body, image_config);
    note_image(json_object_get(body, "Labels"), new_image);
    if (is_short_id(container, json_object_get(body, "Hostname")))
        json_object_del(body, "Hostname");
    json_object_del(body, "MacAddress");
    json_object_set_new(body, "Image", json_string(image));
    json_object_set_new(body, "HostConfig",
                        json_deep_copy(json_object_get(container, "HostConfig")));
    json_object_set_new(body, "NetworkingConfig",
                        json_pack("{s:o}", "EndpointsConfig", first_network(container)));
    return body;
}
