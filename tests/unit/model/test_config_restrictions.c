/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups of load balancers become the sources of their listeners. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "model/config.h"
#include "model/config_additions.h"
#include "model/config_source.h"
#include "model/settings.h"

#define ANSWER "default_actions = ( { type = \"fixed-response\"; status_code = 404; } );"

static const char file_text[] =
    "api = { unix = \"/s\"; };\n"
    "listeners = ( { name = \"a\"; address = \"127.0.0.1\"; port = 80; " ANSWER
    " load_balancer = \"shop\"; },\n"
    "  { name = \"b\"; address = \"127.0.0.1\"; port = 443; " ANSWER
    " load_balancer = \"shop\"; },\n"
    "  { name = \"c\"; address = \"127.0.0.1\"; port = 8080; " ANSWER
    " load_balancer = \"shop\"; },\n"
    "  { name = \"d\"; unix = \"/l\"; " ANSWER " load_balancer = \"shop\"; },\n"
    "  { name = \"e\"; address = \"127.0.0.1\"; port = 81; " ANSWER
    " load_balancer = \"other\"; },\n"
    "  { name = \"f\"; address = \"127.0.0.1\"; port = 82; " ANSWER " } );\n";

struct written {
    unsigned first_port, last_port;
    const char *source;
};

/* A group of rules until one without a source. */
struct group {
    struct config_ingress_rule rules[16];
    struct config_ingress ingress;
};

static void
fill_group(struct group *group, const struct written *written)
{
    size_t count = 0;

    for (; written[count].source != NULL; count++) {
        group->rules[count] =
            (struct config_ingress_rule){.first_port = written[count].first_port,
                                         .last_port = written[count].last_port,
                                         .source = written[count].source};
        assert_true(address_block_parse(&group->rules[count].block, written[count].source));
    }
    group->ingress = (struct config_ingress){group->rules, count};
}

/* What a text says with load balancers "other" and "shop" beside it, the latter with groups. */
static struct config *
read_with(const char *text, const struct config_ingress *const *groups, size_t count,
          struct config_errors *errors)
{
    json_t *names[] = {json_pack("{s:s}", "name", "other"), json_pack("{s:s}", "name", "shop")};
    const struct config_addition all[] = {
        {"loadbalancer/app/other/1", "load_balancers", NULL, names[0], NULL},
        {"loadbalancer/app/shop/2", "load_balancers", NULL, names[1], NULL}};
    const struct config_restriction restriction = {
        .load_balancer = "shop", .addition = 1, .groups = groups, .group_count = count};
    const struct config_additions additions = {all, 2, {&restriction, 1}};
    char path[] = "/tmp/fairlead-test-XXXXXX";
    struct config_source source;
    int fd = mkstemp(path);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    struct config *config = config_load_text(path, &additions, NULL, &source, errors);
    unlink(path);
    config_source_clear(&source);
    json_decref(names[0]);
    json_decref(names[1]);
    return config;
}

/* A listener's sources with a blank between them. */
static void
has_sources(const struct config *config, size_t listener, const char *expected)
{
    const struct config_listener *found = &config->listeners[listener];
    char text[512] = "";

    for (size_t i = 0; i < found->source_count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i == 0 ? "" : " ",
                 found->sources[i].value);
    assert_string_equal(text, expected);
}

/* The place that a listener's sources are said to come from. */
static void
are_told_of(const struct config *config, size_t listener, const char *expected)
{
    const struct setting *const *row = setting_rows(SCOPE_LISTENER);

    while (strcmp((*row)->path, "sources") != 0)
        row++;
    char *place = config_place_text(
        config, setting_places_find(config->listeners[listener].places, *row));
    assert_string_equal(place, expected);
    free(place);
}

static void
are_those_of_every_group_at_the_port(void **state)
{
    static const struct written first[] = {{80, 80, "192.0.2.0/24"},
                                           {0, 65535, "10.1.0.0/16"},
                                           {1, 79, "198.51.100.0/24"},
                                           {81, 442, "198.51.100.0/24"},
                                           {0}};
    static const struct written second[] = {{443, 443, "2001:db8::/32"},
                                            {79, 81, "2001:db8::1/128"},
                                            {80, 443, "192.0.2.0/24"},
                                            {0}};
    struct group groups[2];
    const struct config_ingress *const both[] = {&groups[0].ingress, &groups[1].ingress};
    const struct config_ingress *const turned[] = {&groups[1].ingress, &groups[0].ingress};
    struct config_errors errors;

    (void)state;
    fill_group(&groups[0], first);
    fill_group(&groups[1], second);
    for (int i = 0; i < 2; i++) {
        struct config *config = read_with(file_text, i == 0 ? both : turned, 2, &errors);
        assert_non_null(config);
        has_sources(config, 0, "10.1.0.0/16 192.0.2.0/24 2001:db8::1/128");
        has_sources(config, 1, "10.1.0.0/16 192.0.2.0/24 2001:db8::/32");
        has_sources(config, 2, "10.1.0.0/16");
        /* Of a unix socket, of another load balancer, of none. */
        has_sources(config, 3, "");
        has_sources(config, 4, "");
        has_sources(config, 5, "");
        are_told_of(config, 0, "loadbalancer/app/shop/2");
        config_free(&config);
    }
}

/* What another block holds says nothing new. */
static void
are_told_once(void **state)
{
    static const struct written rules[] = {
        {80, 80, "10.1.0.0/16"}, {80, 80, "10.0.0.0/8"},     {80, 80, "10.0.0.0/16"},
        {80, 80, "10.0.0.0/8"},  {80, 80, "11.0.0.1"},       {80, 80, "10.255.0.0/16"},
        {80, 80, "11.0.0.1/32"}, {80, 80, "::/0"},           {80, 80, "2001:db8::/32"},
        {443, 443, "0.0.0.0/0"}, {443, 443, "192.0.2.1/32"}, {0}};
    struct group group;
    const struct config_ingress *const groups[] = {&group.ingress};
    struct config_errors errors;

    (void)state;
    fill_group(&group, rules);
    struct config *config = read_with(file_text, groups, 1, &errors);
    has_sources(config, 0, "10.0.0.0/8 11.0.0.1 ::/0");
    has_sources(config, 1, "0.0.0.0/0");
    config_free(&config);
}

static void
are_nobody_where_no_rule_lets_somebody_in(void **state)
{
    static const struct written none[] = {{0}};
    struct group group;
    const struct config_ingress *const groups[] = {&group.ingress};
    struct config_errors errors;

    (void)state;
    fill_group(&group, none);
    struct config *config = read_with(file_text, groups, 1, &errors);
    has_sources(config, 0, "nobody");
    has_sources(config, 2, "nobody");
    has_sources(config, 5, "");
    config_free(&config);
}

static void
do_not_go_with_sources_of_the_listeners_own(void **state)
{
    static const char text[] =
        "api = { unix = \"/s\"; };\n"
        "listeners = ( { name = \"a\"; address = \"127.0.0.1\"; port = 80; " ANSWER
        " load_balancer = \"shop\";\n"
        "  sources = \"10.0.0.0/8\"; } );\n";
    static const struct written none[] = {{0}};
    struct group group;
    const struct config_ingress *const groups[] = {&group.ingress};
    struct config_errors errors;

    (void)state;
    fill_group(&group, none);
    assert_null(read_with(text, groups, 1, &errors));
    assert_int_equal(errors.count, 1);
    assert_non_null(strstr(errors.lines[0],
                           ":3: listeners[0].sources: the security groups of load balancer "
                           "\"shop\" say who may connect"));
    config_errors_clear(&errors);
}

/* Of a listener, and of all of them. */
static void
have_limits(void **state)
{
    static struct config_ingress_rule rules[CONFIG_MOST_INGRESS_SOURCES];
    static char texts[CONFIG_MOST_INGRESS_SOURCES][24];
    struct config_ingress ingress = {rules, CONFIG_MOST_SOURCES + 1};
    const struct config_ingress *const groups[] = {&ingress};
    struct config_errors errors;

    (void)state;
    for (unsigned i = 0; i < CONFIG_MOST_INGRESS_SOURCES; i++) {
        snprintf(texts[i], sizeof(texts[i]), "10.%u.%u.%u/32", i >> 16, i >> 8 & 255, i & 255);
        rules[i] = (struct config_ingress_rule){.last_port = 65535, .source = texts[i]};
        assert_true(address_block_parse(&rules[i].block, texts[i]));
    }
    assert_null(read_with(file_text, groups, 1, &errors));
    assert_int_equal(errors.count, 3);
    assert_non_null(strstr(errors.lines[0], "1001 sources are more than the 1000"));
    config_errors_clear(&errors);
    ingress.count = CONFIG_MOST_INGRESS_SOURCES;
    assert_null(read_with(file_text, groups, 1, &errors));
    assert_non_null(strstr(errors.lines[1], "more than 100000 sources of all listeners"));
    config_errors_clear(&errors);
    ingress.count = CONFIG_MOST_SOURCES;
    struct config *config = read_with(file_text, groups, 1, &errors);
    assert_int_equal(config->listeners[2].source_count, CONFIG_MOST_SOURCES);
    config_free(&config);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_those_of_every_group_at_the_port),
        cmocka_unit_test(are_told_once),
        cmocka_unit_test(are_nobody_where_no_rule_lets_somebody_in),
        cmocka_unit_test(do_not_go_with_sources_of_the_listeners_own),
        cmocka_unit_test(have_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
