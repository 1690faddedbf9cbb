/* SPDX-License-Identifier: Apache-2.0 */
/* Reading configurations: good ones with their defaults, and every kind of error at its line.
 */
#include "../unit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directories.h"
#include "model/config.h"
#include "model/setting_value.h"

#define LISTENER(rules)                                                                        \
    "listeners = ( { name = \"http\"; address = \"0.0.0.0\"; port = 80;\n"                     \
    "  default_actions = ( { type = \"forward\"; target_group = \"web\"; } );\n"               \
    "  rules = (\n" rules "\n); } );\n"                                                        \
    "target_groups = ( { name = \"web\"; }, { name = \"app\"; } );\n"
#define RULE(condition, action)                                                                \
    LISTENER("{ priority = 1; conditions = (\n" condition "\n); actions = (\n" action "\n); "  \
             "}")
#define CONDITION(text) RULE(text, "{ type = \"forward\"; target_group = \"web\"; }")
#define ACTION(text) RULE("{ field = \"path-pattern\"; values = [ \"/x\" ]; }", text)
#define GROUP(text) "target_groups = ( { name = \"web\";\n" text "\n} );\n"

/* A folder for one test's files; leaves with leave_folder. */
static char folder[] = "/tmp/fairlead-test-XXXXXX";

/* The source tree; NULL where the test does not run under make. */
static char *source_folder;

static int
enter_folder(void **state)
{
    const char *source = getenv("srcdir");

    (void)state;
    source_folder = source == NULL ? NULL : realpath(source, NULL);
    return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
    (void)state;
    free(source_folder);
    return chdir("/") == -1 || rmdir(folder) == -1;
}

static void
write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What no file may lack, for tests that are about something else. */
static const char some_listener[] =
    "listeners = ( { name = \"some\"; unix = \"/some\"; default_actions = (\n"
    "  { type = \"fixed-response\"; status_code = 404; } ); } );\n";

static struct config *
load_as_it_is(const char *text, struct config_errors *errors)
{
    write_file("F", text);
    struct config *config = config_load("F", NULL, errors);
    unlink("F");
    return config;
}

static struct config *
load(const char *text, struct config_errors *errors)
{
    char whole[16384];
    const char *more = strstr(text, "listeners") == NULL ? some_listener : "";
    int length = snprintf(whole, sizeof(whole), "%s%s", text, more);

    assert_in_range(length, 0, sizeof(whole) - 1);
    return load_as_it_is(whole, errors);
}

static struct config *
load_good(const char *text)
{
    struct config_errors errors;
    struct config *config = load(text, &errors);

    for (size_t i = 0; i < errors.count; i++)
        print_error("%s\n", errors.lines[i]);
    assert_non_null(config);
    assert_int_equal(errors.count, 0);
    return config;
}

static void
assert_refused(const char *text, const char *expected)
{
    struct config_errors errors;
    struct config *config = load(text, &errors);

    assert_null(config);
    for (size_t i = 1; i < errors.count; i++)
        print_error("one too many: %s\n", errors.lines[i]);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.lines[0], expected);
    config_errors_clear(&errors);
}

struct refusal {
    const char *text, *expected;
};

static void
assert_all_refused(const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_refused(refusals[i].text, refusals[i].expected);
}

#define ASSERT_ALL_REFUSED(table) assert_all_refused(table, sizeof(table) / sizeof(*(table)))

static void
has_a_readable_default_in_every_row(void **state)
{
    union {
        char bytes[4096];
        uint64_t alignment;
    } object;

    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        char *reason;
        if (row->standard == NULL || row->standard == setting_required)
            continue;
        if (*row->standard == '=') {
            assert_non_null(setting_find(row->scope, row->standard + 1));
            continue;
        }
        memset(&object, 0, sizeof(object));
        assert_true(setting_scopes[row->scope].size_bytes <= sizeof(object));
        assert_true(setting_value_read(row, row->standard, &object, &reason));
        if (setting_kind_owns_text(row->kind))
            free(*(char **)setting_member(row, &object));
    }
}

static void
fills_in_the_defaults_of_an_empty_file(void **state)
{
    struct config *config = load_good("");

    (void)state;
    assert_true(config->workers >= 1);
    assert_string_equal(config->path, "F");
    assert_string_equal(config->admin_socket, DIRECTORY_RUN "/admin.sock");
    assert_int_equal(config->shutdown_timeout_ms, 30000);
    assert_null(config->metrics_address);
    assert_null(config->access_log_path);
    assert_int_equal(config->attributes.idle_timeout_ms, 60000);
    assert_int_equal(config->attributes.desync_mitigation_mode, DESYNC_DEFENSIVE);
    assert_true(config->attributes.preserve_host_header);
    assert_true(config->attributes.server_header);
    assert_int_equal(config->timeouts.target_connect_ms, 10000);
    assert_int_equal(config->limits.head_bytes, 65536);
    assert_int_equal(config->limits.fields, 128);
    config_free(&config);
    assert_null(config);
}

static void
lets_timeouts_follow_the_idle_timeout(void **state)
{
    struct config *config = load_good(
        "load_balancer = { attributes = { idle_timeout = { timeout_seconds = 7; }; }; };\n"
        "timeouts = { client_body_seconds = 2; client_head_milliseconds = 300; };\n");

    (void)state;
    assert_int_equal(config->timeouts.client_head_ms, 300);
    assert_int_equal(config->timeouts.client_body_ms, 2000);
    assert_int_equal(config->timeouts.client_idle_ms, 7000);
    assert_int_equal(config->timeouts.target_response_ms, 7000);
    assert_int_equal(config->timeouts.tunnel_idle_ms, 7000);
    assert_int_equal(config->timeouts.target_connect_ms, 10000);
    config_free(&config);
}

static void
reads_a_target_group_with_all_that_it_has(void **state)
{
    struct config *config = load_good(GROUP(
        "port = 8080;\n"
        "health_check = { path = \"/index.php\"; interval_milliseconds = 200;\n"
        "  timeout_milliseconds = 100; matcher = \"200-204\"; port = 9000; };\n"
        "attributes = { deregistration_delay = { timeout_seconds = 0; };\n"
        "  load_balancing = { algorithm = { type = \"weighted_random\";\n"
        "    anomaly_mitigation = \"on\"; }; zone_preference = { enabled = true; }; };\n"
        "  target_group_health = { unhealthy_state_routing = { minimum_healthy_targets =\n"
        "    { count = 2; percentage = 50; }; }; }; };\n"
        "hold = { requests = 5; seconds = 1; };\n"
        "targets = ( { id = \"127.0.0.1\"; }, { id = \"::1\"; port = 81; zone = \"a\"; } );"));
    const struct config_target_group *group = config_find_group(config, "web");

    (void)state;
    assert_non_null(group);
    assert_null(config_find_group(config, "other"));
    assert_int_equal(group->health_check.interval_ms, 200);
    assert_int_equal(group->health_check.timeout_ms, 100);
    assert_int_equal(group->health_check.port, 9000);
    assert_true(http_codes_contain(&group->health_check.matcher, 204));
    assert_int_equal(group->deregistration_delay_ms, 0);
    assert_int_equal(group->algorithm, ALGORITHM_WEIGHTED_RANDOM);
    assert_true(group->anomaly_mitigation);
    assert_true(group->zone_preference);
    assert_true(group->passive_health_enabled);
    assert_int_equal(group->minimum_healthy_count, 2);
    assert_int_equal(group->minimum_healthy_percentage, 50);
    assert_int_equal(group->hold_requests, 5);
    assert_int_equal(group->hold_ms, 1000);
    assert_int_equal(group->target_count, 2);
    assert_int_equal(group->targets[0].port, 8080);
    assert_int_equal(group->targets[1].port, 81);
    assert_string_equal(group->targets[1].zone, "a");
    config_free(&config);
}

static void
orders_rules_by_priority_with_the_default_last(void **state)
{
    struct config *config = load_good(LISTENER(
        "{ priority = 20; conditions = ( { field = \"path-pattern\"; values = \"/b\"; } );\n"
        "  actions = ( { type = \"fixed-response\"; status_code = \"404\"; } ); },\n"
        "{ priority = 3; conditions = ( { field = \"host-header\"; values = [ \"a.b\" ]; } );\n"
        "  actions = ( { type = \"redirect\"; protocol = \"HTTPS\";\n"
        "                status_code = \"HTTP_302\"; } ); }"));
    const struct config_listener *listener = &config->listeners[0];

    (void)state;
    assert_int_equal(listener->rule_count, 3);
    assert_int_equal(listener->rules[0].priority, 3);
    assert_int_equal(listener->rules[0].places->own.line, 6);
    assert_int_equal(listener->rules[0].action.type, ACTION_REDIRECT);
    assert_int_equal(listener->rules[0].action.status_code, 302);
    assert_string_equal(listener->rules[0].action.redirect_protocol, "HTTPS");
    assert_string_equal(listener->rules[0].action.redirect_path, "/#{path}");
    assert_int_equal(listener->rules[1].priority, 20);
    assert_int_equal(listener->rules[1].action.status_code, 404);
    assert_string_equal(listener->rules[1].conditions[0].values[0].value, "/b");
    assert_int_equal(listener->rules[2].priority, 0);
    assert_string_equal(listener->rules[2].action.groups[0].target_group, "web");
    assert_true(config_group_is_used(config, "web"));
    assert_false(config_group_is_used(config, "app"));
    config_free(&config);
}

static void
reads_every_kind_of_condition_and_weighted_groups(void **state)
{
    struct config *config = load_good(RULE(
        "{ field = \"path-pattern\"; values = [ \"/a*\", \"/b?\" ]; },\n"
        "{ field = \"http-header\"; http_header_name = \"X-A\"; values = [ \"b*\" ]; },\n"
        "{ field = \"http-request-method\"; values = [ \"GET\" ]; },\n"
        "{ field = \"source-ip\"; values = [ \"10.0.0.0/8\", \"2001:db8::/32\" ]; },\n"
        "{ field = \"query-string\"; values = ( { key = \"v\"; value = \"1\"; }, \"x\" ); }",
        "{ type = \"forward\"; target_groups = ( { target_group = \"web\"; weight = 9; },\n"
        "  \"app\" ); stickiness = { enabled = true; duration_seconds = 60; }; }"));
    const struct config_rule *rule = &config->listeners[0].rules[0];

    (void)state;
    assert_int_equal(rule->condition_count, 5);
    assert_string_equal(rule->conditions[0].values[1].value, "/b?");
    assert_string_equal(rule->conditions[1].http_header_name, "X-A");
    assert_string_equal(rule->conditions[4].values[0].key, "v");
    assert_null(rule->conditions[4].values[1].key);
    assert_string_equal(rule->conditions[4].values[1].value, "x");
    assert_int_equal(rule->action.group_count, 2);
    assert_int_equal(rule->action.groups[0].weight, 9);
    assert_int_equal(rule->action.groups[1].weight, 1);
    assert_int_equal(rule->action.stickiness_seconds, 60);
    config_free(&config);
}

static void
reads_conditions_in_the_groups_that_elbv2_nests_them_in(void **state)
{
    struct config *config = load_good(RULE(
        "{ field = \"path-pattern\"; path_pattern_config = { values = [ \"/a*\" ]; }; },\n"
        "{ field = \"host-header\"; host_header_config = { values = \"h\"; }; },\n"
        "{ field = \"http-header\"; http_header_config = { http_header_name = \"X-A\";\n"
        "  values = [ \"b*\" ]; }; },\n"
        "{ field = \"http-request-method\"; http_request_method_config =\n"
        "  { values = [ \"GET\" ]; }; },\n"
        "{ field = \"source-ip\"; source_ip_config = { values = [ \"10.0.0.0/8\" ]; }; },\n"
        "{ field = \"query-string\"; query_string_config = { values =\n"
        "  ( { key = \"v\"; value = \"1\"; } ); }; }",
        "{ type = \"forward\"; forward_config = { target_groups =\n"
        "  ( { target_group = \"web\"; weight = 9; }, \"app\" );\n"
        "  target_group_stickiness_config = { enabled = true; duration_seconds = 60; }; }; }"));
    const struct config_rule *rule = &config->listeners[0].rules[0];

    (void)state;
    assert_int_equal(rule->condition_count, 6);
    for (size_t i = 0; i < rule->condition_count; i++)
        assert_int_equal(rule->conditions[i].value_count, 1);
    assert_string_equal(rule->conditions[0].values[0].value, "/a*");
    assert_string_equal(rule->conditions[2].http_header_name, "X-A");
    assert_string_equal(rule->conditions[5].values[0].key, "v");
    assert_int_equal(rule->action.groups[0].weight, 9);
    assert_int_equal(rule->action.stickiness_seconds, 60);
    config_free(&config);
}

static void
reads_actions_in_the_groups_that_elbv2_nests_them_in(void **state)
{
    struct config *config = load_good(RULE("{ field = \"path-pattern\"; values = [ \"/a\" ]; }",
                                           "{ type = \"redirect\"; redirect_config = { host = "
                                           "\"h\"; status_code = \"HTTP_301\"; }; }"));

    (void)state;
    assert_string_equal(config->listeners[0].rules[0].action.redirect_host, "h");
    assert_int_equal(config->listeners[0].rules[0].action.status_code, 301);
    config_free(&config);
    config = load_good(
        RULE("{ field = \"path-pattern\"; values = [ \"/a\" ]; }",
             "{ type = \"fixed-response\"; fixed_response_config = { status_code = \"404\";\n"
             "  content_type = \"text/plain\"; message_body = \"none\"; }; }"));
    assert_int_equal(config->listeners[0].rules[0].action.status_code, 404);
    assert_string_equal(config->listeners[0].rules[0].action.message_body, "none");
    config_free(&config);
}

static void
reads_services_and_providers(void **state)
{
    struct config *config = load_good(
        "target_groups = ( { name = \"web\"; } );\n"
        "services = ( { name = \"s\"; target_group = \"web\"; container_port = 80; } );\n"
        "providers = ( { type = \"docker\"; },\n"
        "  { type = \"docker\"; endpoint = \"tcp://127.0.0.1:2375\"; host = \"10.0.0.1\"; },\n"
        "  { type = \"file\"; directory = \"/etc/fairlead/tasks.d\"; resync_seconds = 5; },\n"
        "  { type = \"push\"; } );\n");

    (void)state;
    assert_null(config->services[0].container_name);
    assert_int_equal(config->services[0].places->own.line, 2);
    assert_int_equal(config->provider_count, 4);
    assert_string_equal(config->providers[0].endpoint, "unix:///var/run/docker.sock");
    assert_string_equal(config->providers[1].host, "10.0.0.1");
    assert_string_equal(config->providers[2].directory, "/etc/fairlead/tasks.d");
    assert_int_equal(config->providers[2].resync_seconds, 5);
    assert_string_equal(config->providers[3].type, "push");
    assert_int_equal(config->providers[3].places->own.line, 6);
    config_free(&config);
}

static void
accepts_the_scenario_that_is_shipped(void **state)
{
    struct config_errors errors;
    char path[4096];

    (void)state;
    if (source_folder == NULL)
        skip();
    snprintf(path, sizeof(path), "%s/conf/fairlead.conf", source_folder);
    struct config *config = config_load(path, NULL, &errors);
    assert_int_equal(errors.count, 0);
    assert_string_equal(config->load_balancer_name, "albdocker");
    assert_int_equal(config->listeners[0].rule_count, 3);
    assert_int_equal(config->service_count, 3);
    config_free(&config);
}

static void
refuses_single_values_at_their_line(void **state)
{
    static const struct refusal refusals[] = {
        {"\nworker = 1;\n", "F:2: worker: unknown setting; did you mean workers?"},
        {"zzz = 1;\n", "F:1: zzz: unknown setting"},
        {"workers = \"2\";\n", "F:1: workers: must be a number"},
        {"workers = 1.5;\n", "F:1: workers: must be a number"},
        {"workers = -1;\n", "F:1: workers: -1 is out of range 0..256"},
        {"workers = 257;\n", "F:1: workers: 257 is out of range 0..256"},
        {"workers = 4294967297;\n", "F:1: workers: 4294967297 is out of range 0..256"},
        {"workers = 0x100000001;\n", "F:1: workers: 4294967297 is out of range 0..256"},
        {"limits = { body_bytes = 9223372036854775808; };\n",
         "F:1: 9223372036854775808 is more than 64 bits hold"},
        {"admin = 3;\n", "F:1: admin: must be a group { ... }"},
        {"admin = { socket = 3; };\n", "F:1: admin.socket: must be a text"},
        {"admin = { socket = \"a.sock\"; };\n",
         "F:1: admin.socket: \"a.sock\" is not an absolute path"},
        {"user = \"\";\n", "F:1: user: is empty"},
        {"user = \"a\\nb\";\n", "F:1: user: holds a control character"},
        {"metrics = { address = \"localhost\"; };\n",
         "F:1: metrics.address: \"localhost\" is not an IP address"},
        {"access_log = { format = \"jsn\"; };\n",
         "F:1: access_log.format: \"jsn\" is unknown; did you mean json?"},
        {"load_balancer = { attributes = { routing = { http =\n{ desync_mitigation_mode = "
         "\"monitr\"; }; }; }; };\n",
         "F:2: load_balancer.attributes.routing.http.desync_mitigation_mode: \"monitr\" is not "
         "one of: monitor, defensive, strictest"},
        {"load_balancer = { attributes = { routing = { http =\n{ desync_mitigation_mode = "
         "\"defensiv\"; }; }; }; };\n",
         "F:2: load_balancer.attributes.routing.http.desync_mitigation_mode: \"defensiv\" is "
         "unknown; did you mean defensive?"},
        {"target_groups = ( { name = \"a\"; protocol = \"TLS\"; } );\n",
         "F:1: target_groups[0].protocol: \"TLS\" is not one of: HTTP, HTTPS"},
        {"access_log = { format = \"xml\"; };\n",
         "F:1: access_log.format: \"xml\" is not one of: alb, json"},
        {"load_balancer = { name = \"-a\"; };\n",
         "F:1: load_balancer.name: \"-a\" may hold letters, digits and inner hyphens only"},
        {"load_balancer = { name = \"abcdefghijklmnopqrstuvwxyz-0123456\"; };\n",
         "F:1: load_balancer.name: is longer than 32 bytes"},
        {"limits = { fields = 257; };\n", "F:1: limits.fields: 257 is out of range 1..256"},
        {"limits = { head_bytes = 4096; field_bytes = 4096;\n request_line_bytes = 8192; };\n",
         "F:2: limits.request_line_bytes: is more than head_bytes (4096)"},
        {"timeouts = { client_idle_seconds = 1;\n client_idle_milliseconds = 1000; };\n",
         "F:2: timeouts.client_idle_milliseconds: give this or timeouts.client_idle_seconds, "
         "not both"},
        {"listeners = 3;\n", "F:1: listeners: must be a list ( ... )"},
        {"services = ( 3 );\n", "F:1: services[0]: must be a group { ... }"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

static void
refuses_listeners_that_cannot_be(void **state)
{
    static const struct refusal refusals[] = {
        {"listeners = ( { name = \"a\";\n default_actions = ( { type = \"fixed-response\";\n"
         "status_code = 404; } ); } );\n",
         "F:1: listeners[0]: needs address and port, or unix"},
        {"listeners = ( { name = \"a\"; address = \"::\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n",
         "F:1: listeners[0]: port is missing"},
        {"listeners = ( { name = \"a\"; port = 80;\n unix = \"/a\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n",
         "F:2: listeners[0].unix: give this or address and port, not both"},
        {"listeners = ( { name = \"a\"; unix = \"/a\"; } );\n",
         "F:1: listeners[0]: default_actions is missing"},
        {"listeners = ( { name = \"a\"; unix = \"/a\";\n default_actions = ( ); } );\n",
         "F:2: listeners[0].default_actions: must be a list of exactly one: ( { ... } )"},
        {"listeners = ( { name = \"a\"; unix = \"/a\";\n protocol = \"TLS\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n",
         "F:2: listeners[0].protocol: \"TLS\" is not one of: HTTP, HTTPS"},
        {"listeners = ( { name = \"a\"; unix = \"/a\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); },\n"
         "{ name = \"b\"; unix = \"/a\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n",
         "F:3: listeners[1].unix: listener a (F:1) listens there already"},
        {"listeners = ( { name = \"a\"; unix = \"/a\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); },\n"
         "{ unix = \"/b\";\n name = \"a\";\n"
         "default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n",
         "F:4: listeners[1].name: \"a\" is the name of another listener (F:1)"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

#define AT_CONDITION "listeners[0].rules[0].conditions[0]"

static void
refuses_conditions_by_the_bounds_of_elbv2(void **state)
{
    static const struct refusal refusals[] = {
        {CONDITION("{ values = [ \"/\" ]; }"), "F:5: " AT_CONDITION ": field is missing"},
        {CONDITION("{ field = \"path-patern\"; values = [ \"/\" ]; }"),
         "F:5: " AT_CONDITION ".field: \"path-patern\" is unknown; did you mean path-pattern?"},
        {CONDITION("{ field = \"path-pattern\"; }"),
         "F:5: " AT_CONDITION ": values is missing"},
        {CONDITION(
             "{ field = \"path-pattern\"; path_pattern_config = { values = [ \"a\" ]; }; }"),
         "F:5: " AT_CONDITION ".path_pattern_config.values[0]: \"a\" must begin with / or a "
         "wildcard"},
        {CONDITION("{ field = \"path-pattern\"; path_pattern_config = { }; }"),
         "F:5: " AT_CONDITION ": values is missing"},
        {CONDITION("{ field = \"path-pattern\"; values = \"/a\";\n"
                   "path_pattern_config = { values = \"/b\"; }; }"),
         "F:6: " AT_CONDITION ".path_pattern_config.values: is given twice"},
        {CONDITION("{ field = \"path-pattern\"; values = \"/a\"; host_header_config = 3; }"),
         "F:5: " AT_CONDITION ".host_header_config: unknown setting"},
        {CONDITION("{ field = \"path-pattern\"; values = \"/a\"; path_pattern_config = 3; }"),
         "F:5: " AT_CONDITION ".path_pattern_config: must be a group { ... }"},
        {CONDITION("{ field = \"path-pattern\"; values = [ ]; }"),
         "F:5: " AT_CONDITION ".values: is empty"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"a\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"a\" must begin with / or a wildcard"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"/a b\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"/a b\": a path-pattern must not hold ' '"},
        {CONDITION("{ field = \"host-header\"; values = [ \"a_b\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"a_b\": a host-header must not hold '_'"},
        {CONDITION("{ field = \"http-request-method\"; values = [ \"get\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"get\": a http-request-method must not hold 'g'"},
        {CONDITION("{ field = \"source-ip\"; values = [ \"10.0.0.0/33\" ]; }"),
         "F:5: " AT_CONDITION
         ".values[0]: \"10.0.0.0/33\" is not an address block such as 10.0.0.0/8"},
        {CONDITION("{ field = \"source-ip\"; values = [ \"255.255.255.255/32\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: the broadcast address is no client"},
        {CONDITION("{ field = \"http-header\"; values = [ \"a\" ]; }"),
         "F:5: " AT_CONDITION ": http_header_name is missing"},
        {CONDITION("{ field = \"http-header\"; http_header_name = \"host\";\n"
                   "values = [ \"a\" ]; }"),
         "F:5: " AT_CONDITION ".http_header_name: use a host-header condition for Host"},
        {CONDITION("{ field = \"http-header\"; http_header_name = \"a b\";\n"
                   "values = [ \"a\" ]; }"),
         "F:5: " AT_CONDITION ".http_header_name: \"a b\" cannot be a field's name"},
        {CONDITION(
             "{ field = \"path-pattern\"; values = ( { key = \"a\"; value = \"/\"; } ); }"),
         "F:5: " AT_CONDITION ".values[0].key: unknown setting"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"/caf\xc3\xa9\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"/caf\xc3\xa9\": a path-pattern must not hold "
         "'\xc3\xa9'"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"/caf\xe9\" ]; }"),
         "F:5: " AT_CONDITION ".values[0]: \"/caf?\": a path-pattern must not hold '?'"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"/app1\" \"/app1/*\" ]; }"),
         "F:5: this text stands directly behind another one: is a comma missing between them, "
         "or "
         "a semicolon?"},
        {CONDITION("{ field = \"path-pattern\"; values = \"/app1\"\n\"/app1/*\"; }"),
         "F:6: this text stands directly behind another one: is a comma missing between them, "
         "or "
         "a semicolon?"},
        {CONDITION("{ field = \"path-pattern\"; values = [ \"/a\" ]; },\n"
                   "{ field = \"path-pattern\"; values = [ \"/b\" ]; }"),
         "F:6: listeners[0].rules[0].conditions[1]: a rule has at most one path-pattern "
         "condition: put its values together"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

#define AT_ACTION "listeners[0].rules[0].actions[0]"

static void
refuses_actions_that_cannot_be(void **state)
{
    static const struct refusal refusals[] = {
        {ACTION("{ type = \"forward\"; }"), "F:7: " AT_ACTION ".target_group: is missing"},
        {ACTION("{ type = \"forward\"; target_group = \"wep\"; }"),
         "F:7: " AT_ACTION
         ".target_group: there is no target group \"wep\"; did you mean web?"},
        {ACTION("{ type = \"forward\"; target_groups = ( \"web\",\n\"other\" ); }"),
         "F:8: " AT_ACTION ".target_groups[1]: there is no target group \"other\""},
        {ACTION("{ type = \"forward\"; target_groups = ( \"web\",\n\"web\" ); }"),
         "F:8: " AT_ACTION ".target_groups[1]: \"web\" is named twice"},
        {ACTION(
             "{ type = \"forward\"; target_group = \"web\";\ntarget_groups = ( \"app\" ); }"),
         "F:8: " AT_ACTION ".target_groups: give this or target_group, not both"},
        {ACTION("{ type = \"forward\"; target_groups = (\n"
                "{ target_group = \"web\"; weight = 1000; } ); }"),
         "F:8: " AT_ACTION ".target_groups[0].weight: 1000 is out of range 0..999"},
        {ACTION("{ type = \"forward\"; target_group = \"web\";\n"
                "stickiness = { enabled = true; }; }"),
         "F:7: " AT_ACTION ".stickiness.duration_seconds: is missing"},
        {ACTION("{ type = \"forward\"; target_group = \"web\";\n status_code = 200; }"),
         "F:8: " AT_ACTION ".status_code: unknown setting"},
        {ACTION("{ type = \"redirect\"; host = \"a.b\"; }"),
         "F:7: " AT_ACTION ": status_code is missing"},
        {ACTION("{ type = \"redirect\"; host = \"a.b\"; status_code = 307; }"),
         "F:7: " AT_ACTION ".status_code: 307 is out of range 301..302"},
        {ACTION("{ type = \"redirect\"; query = \"a=1\"; status_code = \"HTTP_301\"; }"),
         "F:7: " AT_ACTION
         ": must change protocol, host, port or path: it would redirect for ever"},
        {ACTION("{ type = \"redirect\"; protocol = \"ftp\"; status_code = \"HTTP_301\"; }"),
         "F:7: " AT_ACTION ".protocol: \"ftp\" is not one of: HTTP, HTTPS, #{protocol}"},
        {ACTION("{ type = \"redirect\"; port = \"x\"; host = \"a\"; status_code = 301; }"),
         "F:7: " AT_ACTION ".port: \"x\" is neither a port nor #{port}"},
        {ACTION("{ type = \"redirect\"; path = \"a\"; status_code = 301; }"),
         "F:7: " AT_ACTION ".path: must begin with a slash"},
        {ACTION("{ type = \"redirect\"; host = \"#{path}\"; status_code = 301; }"),
         "F:7: " AT_ACTION ".host: #{path} cannot stand here; these can: #{host} "},
        {ACTION("{ type = \"fixed-response\"; status_code = 302; }"),
         "F:7: " AT_ACTION ".status_code: 302 is neither 2xx, 4xx nor 5xx"},
        {ACTION("{ type = \"fixed-response\"; status_code = 200; content_type = \"a/b\"; }"),
         "F:7: " AT_ACTION ".content_type: \"a/b\" is not one of: text/plain, text/css, "
         "text/html, application/javascript, application/json"},
        {LISTENER(
             "{ priority = 1; conditions = ( { field = \"path-pattern\"; values = \"/\"; } "
             ");\n actions = ( { type = \"forward\"; target_group = \"web\"; } ); },\n"
             "{ priority = 1; conditions = ( { field = \"path-pattern\"; values = \"/\"; } "
             ");\n actions = ( { type = \"forward\"; target_group = \"web\"; } ); }"),
         "F:6: listeners[0].rules[1].priority: 1 is taken by rules[0]"},
        {LISTENER(
             "{ priority = 50001;\n conditions = ( { field = \"path-pattern\"; values = "
             "\"/\"; } );\n actions = ( { type = \"forward\"; target_group = \"web\"; } ); "
             "}"),
         "F:4: listeners[0].rules[0].priority: 50001 is out of range 1..50000"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

static void
refuses_target_groups_that_cannot_be(void **state)
{
    static const struct refusal refusals[] = {
        {"target_groups = ( { port = 80; } );\n", "F:1: target_groups[0]: name is missing"},
        {"target_groups = ( { name = \"a\"; },\n{ name = \"a\"; } );\n",
         "F:2: target_groups[1].name: \"a\" is the name of another target group (F:1)"},
        {"target_groups = ( { name = \"b\"; }, { name = \"a\"; },\n{ name = \"b\"; } );\n",
         "F:2: target_groups[2].name: \"b\" is the name of another target group (F:1)"},
        {GROUP("health_check = { interval_seconds = 3; timeout_seconds = 2; };"),
         "F:2: target_groups[0].health_check.interval_seconds: 3 is out of range 5..300"},
        {GROUP("health_check = { intervall_seconds = 30; };"),
         "F:2: target_groups[0].health_check.intervall_seconds: unknown setting; did you mean "
         "interval_seconds?"},
        {GROUP("interval_seconds = 30;"),
         "F:2: target_groups[0].interval_seconds: unknown setting; did you mean "
         "health_check.interval_seconds?"},
        {GROUP("health_check = { interval_seconds = 5;\ntimeout_seconds = 5; };"),
         "F:3: target_groups[0].health_check.timeout_seconds: 5 s is not shorter than the "
         "interval of 5 s"},
        {GROUP("health_check = { interval_milliseconds = 300; };"),
         "F:2: target_groups[0].health_check: the timeout of 5 s is not shorter than the "
         "interval of 0.3 s"},
        {GROUP("health_check = { path = \"index\"; };"),
         "F:2: target_groups[0].health_check.path: must begin with a slash and hold no space"},
        {GROUP("health_check = { port = \"web\"; };"),
         "F:2: target_groups[0].health_check.port: \"web\" is neither a port nor traffic-port"},
        {GROUP("health_check = { matcher = \"200-600\"; };"),
         "F:2: target_groups[0].health_check.matcher: \"200-600\" is not a list of status "
         "codes "
         "from 200 to 499, such as 200,202 or 200-299, nor of gRPC's from 0 to 99"},
        {GROUP("protocol_version = \"GRPC\"; health_check = { matcher = \"200\"; };"),
         "F:2: target_groups[0].health_check.matcher: holds codes of gRPC, from 0 to 99, in a "
         "GRPC group"},
        {GROUP("health_check = { enabled = \"maybe\"; };"),
         "F:2: target_groups[0].health_check.enabled: \"maybe\" is neither true nor false"},
        {GROUP("attributes = { slow_start = { duration_seconds = 10; }; };"),
         "F:2: target_groups[0].attributes.slow_start.duration_seconds: 10 is out of range "
         "30..900 or 0"},
        {GROUP("attributes = { slow_start = { duration_seconds = 30; };\n load_balancing = { "
               "algorithm = { type = \"least_outstanding_requests\"; }; }; };"),
         "F:3: target_groups[0].attributes.load_balancing.algorithm.type: slow start works "
         "with round_robin only"},
        {GROUP("attributes = { stickiness = { enabled = true; };\n load_balancing = { "
               "algorithm = { type = \"weighted_random\"; }; }; };"),
         "F:3: target_groups[0].attributes.load_balancing.algorithm.type: weighted_random "
         "excludes stickiness"},
        {GROUP("attributes = { load_balancing = { algorithm = { anomaly_mitigation = \"on\"; "
               "}; }; };"),
         "F:2: target_groups[0].attributes.load_balancing.algorithm.anomaly_mitigation: works "
         "with weighted_random only"},
        {GROUP("attributes = { stickiness = { enabled = true; type = \"app_cookie\"; }; };"),
         "F:1: target_groups[0].attributes.stickiness.app_cookie.cookie_name: is missing"},
        {GROUP("attributes = { stickiness = { app_cookie = { cookie_name = \"AWSALBX\"; }; }; "
               "};"),
         "F:2: target_groups[0].attributes.stickiness.app_cookie.cookie_name: names that begin "
         "with AWSALB are the balancer's"},
        {GROUP("targets = ( { id = \"web1\"; } );"),
         "F:2: target_groups[0].targets[0].id: \"web1\" is not an IP address"},
        {GROUP("port = 81; targets = ( { id = \"::1\"; port = 81; },\n{ id = \"::1\"; } );"),
         "F:3: target_groups[0].targets[1]: is the same as targets[0]"},
        {GROUP("targets = ( { id = \"::2\"; }, { id = \"::1\"; port = 81; },\n"
               "{ id = \"::1\"; }, { id = \"::1\"; port = 82; },\n{ id = \"::2\"; } );"),
         "F:4: target_groups[0].targets[4]: is the same as targets[0]"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

static void
refuses_services_and_providers_that_cannot_be(void **state)
{
    static const struct refusal refusals[] = {
        {"services = ( { name = \"s\"; container_port = 80;\ntarget_group = \"web\"; } );\n",
         "F:2: services[0].target_group: there is no target group \"web\""},
        {"services = ( { name = \"s\"; target_group = \"web\"; } );\n" GROUP(""),
         "F:1: services[0]: container_port is missing"},
        {GROUP("") "services = (\n"
                   "{ name = \"s\"; target_group = \"web\"; container_port = 80; },\n"
                   "{ name = \"s\"; target_group = \"web\"; container_port = 80; } );\n",
         "F:6: services[1]: is the same as services[0]"},
        {"providers = ( { type = \"dockr\"; endpoint = 3; } );\n",
         "F:1: providers[0].type: \"dockr\" is unknown; did you mean docker?"},
        {"providers = ( { endpoint = \"x\"; } );\n", "F:1: providers[0]: type is missing"},
        {"providers = ( { type = \"file\"; } );\n", "F:1: providers[0]: directory is missing"},
        {"providers = ( { type = \"docker\"; directory = \"/x\"; } );\n",
         "F:1: providers[0].directory: unknown setting"},
        {"providers = ( { type = \"docker\"; endpoint = \"unix://run\"; } );\n",
         "F:1: providers[0].endpoint: \"unix://run\" is neither unix:///path (at most 107 "
         "bytes) nor tcp://host:port"},
    };

    (void)state;
    ASSERT_ALL_REFUSED(refusals);
}

static void
reports_all_errors_at_once_in_the_order_of_the_file(void **state)
{
    static const char *const expected[] = {
        "F:1: workers: must be a number",
        "F:3: services[0].target_group: there is no target group \"x\"",
        "F:4: usr: unknown setting; did you mean user?",
    };
    struct config_errors errors;
    struct config *config = load("workers = \"2\";\nservices = ( { name = \"s\";\n"
                                 "target_group = \"x\"; container_port = 1; } );\nusr = 1;\n",
                                 &errors);

    (void)state;
    assert_null(config);
    assert_int_equal(errors.count, 3);
    for (size_t i = 0; i < errors.count; i++)
        assert_string_equal(errors.lines[i], expected[i]);
    config_errors_clear(&errors);
    assert_int_equal(errors.count, 0);
}

static void
says_what_is_wrong_with_the_file_itself(void **state)
{
    struct config_errors errors;

    (void)state;
    assert_refused("a = 1;\nb = = 2;\n", "F:2: syntax error");
    assert_null(config_load("missing", NULL, &errors));
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.lines[0],
                        "missing:1: cannot be read: No such file or directory");
    config_errors_clear(&errors);
    assert_null(config_load("/", NULL, &errors));
    assert_string_equal(errors.lines[0], "/:1: cannot be read: it is a folder");
    config_errors_clear(&errors);
}

static void
reads_where_the_api_is_and_what_it_may_be_called(void **state)
{
    (void)state;
    struct config *config = load_good("api = {\n address = \"127.0.0.1\";\n port = 7;\n"
                                      " names = [ \"lb.example.com\", \"lb\" ]; };\n");
    assert_true(config_has_api(config));
    assert_string_equal(config->api_address, "127.0.0.1");
    assert_int_equal(config->api_port, 7);
    static const char *const ways[] = {"api.unix", "api.port", "api.address"};
    assert_int_equal(config_find_place(config, ways, 3)->line, 3);
    assert_int_equal(config->api_name_count, 2);
    assert_string_equal(config->api_names[1].value, "lb");
    assert_true(config->api_anonymous_read);
    config_free(&config);
    config = load_good("api = { unix = \"/run/api.sock\"; anonymous_read = false; };\n");
    assert_true(config_has_api(config));
    assert_string_equal(config->api_unix, "/run/api.sock");
    assert_false(config->api_anonymous_read);
    config_free(&config);
    config = load_good("api = { address = \"::1\"; };\n");
    assert_int_equal(config->api_port, 9181);
    config_free(&config);
    config = load_good("workers = 1;\n");
    assert_false(config_has_api(config));
    config_free(&config);
}

static void
refuses_an_api_that_cannot_be(void **state)
{
    static const struct refusal refusals[] = {
        {"api = { };\n", "F:1: api: needs address and port, or unix"},
        {"api = {\n port = 9181; };\n", "F:1: api: needs address and port, or unix"},
        {"api = { address = \"127.0.0.1\";\n unix = \"/a\"; };\n",
         "F:2: api.unix: give this or address and port, not both"},
        {"api = {\n address = \"0.0.0.0\"; };\n",
         "F:2: api.address: must be a loopback address (127.0.0.1 or ::1) without "
         "api.certificates: elsewhere what it tells would cross the network in the "
         "clear"},
        {"api = { address = \"::ffff:10.0.0.1\"; };\n",
         "F:1: api.address: must be a loopback address (127.0.0.1 or ::1) without "
         "api.certificates: elsewhere what it tells would cross the network in the "
         "clear"},
        {"api = { address = \"127.0.0.1\";\n names = [ \"a b\" ]; };\n",
         "F:2: api.names[0]: \"a b\" is no host name: letters, digits, hyphens and dots"},
    };

    (void)state;
    assert_all_refused(refusals, sizeof(refusals) / sizeof(*refusals));
}

static void
an_api_needs_no_listener(void **state)
{
    struct config_errors errors;
    struct config *config = load_as_it_is("api = { address = \"127.0.0.1\"; };\n", &errors);

    (void)state;
    assert_non_null(config);
    config_free(&config);
}

static void
refuses_files_without_a_listener(void **state)
{
    static const char *const texts[] = {"", "\n\n", "# listeners = ( ... );\n",
                                        "/* listeners = ( ... ); */",
                                        "target_groups = ( { name = \"a\"; } );\n"};
    struct config_errors errors;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        assert_null(load_as_it_is(texts[i], &errors));
        assert_int_equal(errors.count, 1);
        assert_string_equal(
            errors.lines[0],
            "F:1: listeners: there is none, so nothing would be served: add one, or write "
            "listeners = () where that is meant");
        config_errors_clear(&errors);
    }
}

static void
reads_no_further_than_a_comment_that_is_not_closed(void **state)
{
    (void)state;
    assert_refused("user = \"a\";\n/* listeners\n\n",
                   "F:2: the comment that begins here is not closed: */ is missing");
    write_file("part", "user = \"a\"; /*\n");
    assert_refused("\n@include \"part\"\nlisteners */\n",
                   "part:1: the comment that begins here is "
                   "not closed: */ is missing");
    unlink("part");
}

static void
follows_no_include_in_a_comment(void **state)
{
    struct config *config = load_good("/*\n@include \"none\"\n*/\nuser = \"me\";\n");

    (void)state;
    assert_string_equal(config->user, "me");
    config_free(&config);
}

static void
finds_joined_texts_across_files(void **state)
{
    (void)state;
    write_file("part", "# of the list\n\"h\" );\n");
    assert_refused("listeners = ( \"g\"\n@include \"part\"\n",
                   "part:2: this text stands directly behind another one: is a comma missing "
                   "between them, or a semicolon?");
    unlink("part");
}

static void
skips_a_byte_order_mark_of_every_file(void **state)
{
    write_file("part", "\xef\xbb\xbfworkers = 7;\n");
    struct config *config = load_good("\xef\xbb\xbf@include \"part\"\n");

    (void)state;
    assert_int_equal(config->workers, 7);
    config_free(&config);
    unlink("part");
    assert_refused("workers = 7;\n\xef\xbb\xbf\n", "F:2: syntax error");
}

static void
reads_regular_files_of_bounded_size_only(void **state)
{
    struct config_errors errors;

    (void)state;
    assert_null(config_load("/dev/zero", NULL, &errors));
    assert_string_equal(errors.lines[0], "/dev/zero:1: cannot be read: it is no regular file");
    config_errors_clear(&errors);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_refused("@include \"pipe\"\n", "F:1: pipe cannot be read: it is no regular file");
    unlink("pipe");
    /* Reading it fails, wherever it begins. */
    assert_null(config_load("/proc/self/mem", NULL, &errors));
    assert_string_equal(errors.lines[0],
                        "/proc/self/mem:1: cannot be read: Input/output error");
    config_errors_clear(&errors);
    write_file("big", "");
    assert_int_equal(truncate("big", 17 * 1024 * 1024), 0);
    assert_null(config_load("big", NULL, &errors));
    assert_string_equal(errors.lines[0], "big:1: cannot be read: it has more than 16 MiB");
    config_errors_clear(&errors);
    unlink("big");
}

static void
bounds_all_files_together(void **state)
{
    char *text = malloc(65536);

    (void)state;
    assert_non_null(text);
    memset(text, '#', 65535);
    text[65535] = '\0';
    write_file("part", text);
    *text = '\0';
    for (int i = 0; i < 300; i++)
        strcat(text, "@include \"part\"\n");
    write_file("many", text);
    free(text);
    assert_refused("@include \"many\"\n", "part:1: the configuration has more than 16 MiB");
    unlink("many");
    unlink("part");
}

typedef int print_one(char *at, size_t i);

static int
print_target(char *at, size_t i)
{
    return sprintf(at, "%s { id = \"10.%zu.%zu.1\"; port = 8%zu; }", i == 0 ? "" : ",",
                   i / 250 % 250, i % 250, i / 62500);
}

static int
print_group(char *at, size_t i)
{
    return sprintf(at, "%s { name = \"g-%zu\"; }", i == 0 ? "" : ",", i);
}

static int
print_provider(char *at, size_t i)
{
    return sprintf(at, "%s { type = \"file\"; directory = \"/%zu\"; }", i == 0 ? "" : ",", i);
}

/* expected NULL: it is good. */
static void
assert_count(size_t count, const char *list, print_one *print, const char *expected)
{
    char *text = malloc(count * 80 + 4096), *at = text;
    struct config_errors errors;

    assert_non_null(text);
    at += sprintf(at, "%s%s", some_listener, list);
    for (size_t i = 0; i < count; i++)
        at += print(at, i);
    sprintf(at, " );%s", strchr(list, '{') == NULL ? "" : " } );");
    struct config *config = load_as_it_is(text, &errors);
    free(text);
    assert_int_equal(config != NULL, expected == NULL);
    assert_int_equal(errors.count, expected != NULL);
    if (expected != NULL)
        assert_string_equal(errors.lines[0], expected);
    config_free(&config);
    config_errors_clear(&errors);
}

static void
refuses_more_than_there_are_rows_for(void **state)
{
    static const char targets[] = "target_groups = ( { name = \"web\"; targets = (";
    static const char groups[] = "target_groups = (";

    (void)state;
    assert_count(65536, targets, print_target, NULL);
    assert_count(65537, targets, print_target,
                 "F:3: target_groups: 65537 static targets are more than the 65536 that can be "
                 "had");
    assert_count(4096, groups, print_group, NULL);
    assert_count(
        4097, groups, print_group,
        "F:3: target_groups: 4097 target groups are more than the 4096 that can be had");
    assert_count(33, "providers = (", print_provider,
                 "F:3: providers: 33 providers are more than the 32 that can be had");
}

static void
takes_numbers_as_they_are_written(void **state)
{
    static const struct {
        const char *written;
        uint64_t number;
    } rows[] = {{"0", 0},
                {"2147483647", 2147483647},
                {"2147483648", UINT64_C(2147483648)},
                {"4294967295", UINT64_C(4294967295)},
                {"4294967296", UINT64_C(4294967296)},
                {"4294967296L", UINT64_C(4294967296)},
                {"0x100000000", UINT64_C(4294967296)},
                {"9223372036854775807", INT64_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[80];
        snprintf(text, sizeof(text), "limits = { body_bytes = %s; };\n", rows[i].written);
        struct config *config = load_good(text);
        assert_true(config->limits.body_bytes == rows[i].number);
        config_free(&config);
    }
}

/* Of numbers that are kept in milliseconds, too. */
static void
has_no_range_that_its_member_cannot_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        bool is_scaled = row->kind == SETTING_SECONDS || row->kind == SETTING_SECONDS_OR_OFF;
        if (is_scaled)
            assert_true(row->maximum <= UINT_MAX / 1000);
        else if (row->kind == SETTING_NUMBER || row->kind == SETTING_NUMBER_OR_OFF)
            assert_true(row->maximum <= UINT_MAX);
    }
}

static void
includes_files_relative_to_the_including_one_and_names_them_in_errors(void **state)
{
    static const char *const expected[] = {
        "sub/below:3: worker: unknown setting; did you mean workers?",
        ("sub/main:1: listeners: there is none, so nothing would be served: add one, or write "
         "listeners = () where that is meant"),
        "sub/main:3: usr: unknown setting; did you mean user?",
        "sub/part:1: workers: 999 is out of range 0..256",
    };
    struct config_errors errors;

    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    write_file("sub/below", "user = \"me\";\n\nworker = 1;");
    write_file("sub/part", "workers = 999;\n  @include \"below\"\n");
    write_file("sub/main", "\n@include \"part\"\nusr = 1;\n");
    assert_null(config_load("sub/main", NULL, &errors));
    assert_int_equal(errors.count, 4);
    for (size_t i = 0; i < errors.count; i++)
        assert_string_equal(errors.lines[i], expected[i]);
    config_errors_clear(&errors);
    unlink("sub/below");
    unlink("sub/part");
    unlink("sub/main");
    rmdir("sub");
}

static void
includes_absolute_names(void **state)
{
    char text[sizeof(folder) + 32];

    (void)state;
    write_file("part", "workers = 7;\n");
    snprintf(text, sizeof(text), "@include \"%s/part\"\n", folder);
    struct config *config = load_good(text);
    assert_int_equal(config->workers, 7);
    config_free(&config);
    unlink("part");
}

static void
refuses_includes_that_cannot_be_read(void **state)
{
    (void)state;
    assert_refused("\n@include \"none\"\n",
                   "F:2: none cannot be read: No such file or directory");
    assert_refused("@include \"/\"\n", "F:1: / cannot be read: it is a folder");
    assert_refused("@include \"F\"\n@include \"F\"\n", "F:1: @include is nested too deep");
}

/* What stood behind the name was lost without a word. */
static void
refuses_an_include_that_does_not_stand_alone(void **state)
{
    static const char refused[] =
        "F:1: @include stands alone on its line, with one name between "
        "quotes behind it";

    (void)state;
    write_file("part", "workers = 7;\n");
    assert_refused("@include \"part\" user = \"me\";\n", refused);
    assert_refused("@include \"part\" @include \"none\"\n", refused);
    assert_refused("@include \"part\"; /* from here\n", refused);
    struct config *config = load_good("@include \"part\" \t\r\nuser = \"me\";\n");
    assert_string_equal(config->user, "me");
    config_free(&config);
    config = load_good("@include \"part\" // \"more\"\n");
    assert_int_equal(config->workers, 7);
    config_free(&config);
    unlink("part");
}

#define BALANCERS(others, listener)                                                            \
    "load_balancer = { name = \"one\"; attributes = { idle_timeout = { timeout_seconds = 7; "  \
    "}; };"                                                                                    \
    " };\n"                                                                                    \
    "load_balancers = ( " others " );\n"                                                       \
    "listeners = ( { name = \"http\"; unix = \"/l\"; " listener "\n"                           \
    "  default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n"

static void
balancers_have_attributes_of_their_own(void **state)
{
    struct config *config = load_good(BALANCERS(
        "{ name = \"two\"; attributes = { idle_timeout = { timeout_seconds = 9; };\n"
        "routing = { http = { xff_header_processing = { mode = \"remove\"; }; }; }; }; }",
        "load_balancer = \"two\";") "timeouts = { client_idle_seconds = 5; };");

    (void)state;
    assert_int_equal(config_balancer_count(config), 2);
    assert_string_equal(config_balancer(config, 0).name, "one");
    assert_string_equal(config_balancer(config, 1).name, "two");
    assert_int_equal(config_balancer(config, 1).attributes->xff_mode, XFF_REMOVE);
    assert_int_equal(config_balancer(config, 0).attributes->xff_mode, XFF_APPEND);
    assert_int_equal(config_balancer_index(config, &config->listeners[0]), 1);
    /* What is given is everybody's, the rest follows each one's idle timeout. */
    assert_int_equal(config_balancer_timeouts(config, 0).client_head_ms, 7000);
    assert_int_equal(config_balancer_timeouts(config, 1).client_head_ms, 9000);
    assert_int_equal(config_balancer_timeouts(config, 1).client_idle_ms, 5000);
    assert_int_equal(config_balancer_timeouts(config, 1).target_connect_ms, 10000);
    config_free(&config);
}

static void
names_of_balancers_are_one_space(void **state)
{
    (void)state;
    assert_refused(BALANCERS("{ name = \"one\"; }", ""),
                   "F:2: load_balancers[0].name: \"one\" is the name of another load balancer "
                   "(load_balancer)");
    assert_refused(BALANCERS("{ name = \"two\"; }, { name = \"two\"; }", ""),
                   "F:2: load_balancers[1].name: \"two\" is the name of another load balancer "
                   "(F:2)");
    assert_refused(
        BALANCERS("{ name = \"main\"; }", "load_balancer = \"maim\";"),
        "F:3: listeners[0].load_balancer: there is no load balancer \"maim\"; did you "
        "mean main?");
    assert_refused(BALANCERS("", "load_balancer = \"other\";"),
                   "F:3: listeners[0].load_balancer: there is no load balancer \"other\"");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balancers_have_attributes_of_their_own),
        cmocka_unit_test(names_of_balancers_are_one_space),
        cmocka_unit_test(has_a_readable_default_in_every_row),
        cmocka_unit_test(fills_in_the_defaults_of_an_empty_file),
        cmocka_unit_test(lets_timeouts_follow_the_idle_timeout),
        cmocka_unit_test(reads_a_target_group_with_all_that_it_has),
        cmocka_unit_test(orders_rules_by_priority_with_the_default_last),
        cmocka_unit_test(reads_every_kind_of_condition_and_weighted_groups),
        cmocka_unit_test(reads_conditions_in_the_groups_that_elbv2_nests_them_in),
        cmocka_unit_test(reads_actions_in_the_groups_that_elbv2_nests_them_in),
        cmocka_unit_test(reads_services_and_providers),
        cmocka_unit_test(accepts_the_scenario_that_is_shipped),
        cmocka_unit_test(refuses_single_values_at_their_line),
        cmocka_unit_test(refuses_listeners_that_cannot_be),
        cmocka_unit_test(refuses_conditions_by_the_bounds_of_elbv2),
        cmocka_unit_test(refuses_actions_that_cannot_be),
        cmocka_unit_test(refuses_target_groups_that_cannot_be),
        cmocka_unit_test(refuses_services_and_providers_that_cannot_be),
        cmocka_unit_test(reports_all_errors_at_once_in_the_order_of_the_file),
        cmocka_unit_test(says_what_is_wrong_with_the_file_itself),
        cmocka_unit_test(includes_files_relative_to_the_including_one_and_names_them_in_errors),
        cmocka_unit_test(includes_absolute_names),
        cmocka_unit_test(refuses_includes_that_cannot_be_read),
        cmocka_unit_test(refuses_an_include_that_does_not_stand_alone),
        cmocka_unit_test(reads_where_the_api_is_and_what_it_may_be_called),
        cmocka_unit_test(refuses_an_api_that_cannot_be),
        cmocka_unit_test(an_api_needs_no_listener),
        cmocka_unit_test(refuses_files_without_a_listener),
        cmocka_unit_test(reads_no_further_than_a_comment_that_is_not_closed),
        cmocka_unit_test(follows_no_include_in_a_comment),
        cmocka_unit_test(finds_joined_texts_across_files),
        cmocka_unit_test(skips_a_byte_order_mark_of_every_file),
        cmocka_unit_test(reads_regular_files_of_bounded_size_only),
        cmocka_unit_test(bounds_all_files_together),
        cmocka_unit_test(refuses_more_than_there_are_rows_for),
        cmocka_unit_test(takes_numbers_as_they_are_written),
        cmocka_unit_test(has_no_range_that_its_member_cannot_hold),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
