/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule a request gets: each condition, the order, and the index against a plain scan. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../support/snapshot_sample.h"
#include "base/random.h"
#include "base/text.h"
#include "ipc/route.h"
#include "ipc/snapshot_open.h"

static struct route_request
request_for(const char *host, const char *path)
{
    return (struct route_request){
        .method = SLICE_LITERAL("GET"), .host = slice_of(host), .path = slice_of(path)};
}

/* The fixture: each test adds rules to an empty sample. */
static int
begin(void **state)
{
    *state = snapshot_sample_new();
    return 0;
}

static int
finish(void **state)
{
    struct snapshot_sample *sample = *state;

    snapshot_sample_free(&sample);
    return 0;
}

static uint32_t
route_in(struct snapshot_sample *sample, const struct route_request *request)
{
    struct snapshot *snapshot = snapshot_sample_open(sample);
    uint32_t rule = route(snapshot, 0, request);

    snapshot_close(&snapshot);
    return rule;
}

static uint32_t
route_to(struct snapshot_sample *sample, const char *host, const char *path)
{
    struct route_request request = request_for(host, path);

    return route_in(sample, &request);
}

static void
falls_back_to_the_default_rule(void **state)
{
    assert_int_equal(route_to(*state, "example.com", "/"), 0);
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/app1 /app1/*");
    assert_int_equal(route_to(*state, "example.com", "/app2"), 1);
    assert_int_equal(route_to(*state, "example.com", "*"), 1);
}

static void
matches_a_path_exactly_or_by_pattern_and_case(void **state)
{
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/app1 /app1/* /?x/*.png");
    assert_int_equal(route_to(*state, "h", "/app1"), 0);
    assert_int_equal(route_to(*state, "h", "/app1/a/b"), 0);
    assert_int_equal(route_to(*state, "h", "/ax/img/1.png"), 0);
    assert_int_equal(route_to(*state, "h", "/app12"), 1);
    assert_int_equal(route_to(*state, "h", "/App1"), 1);
}

static void
takes_the_lowest_priority_wherever_it_stands_in_the_index(void **state)
{
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "*.php");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/a/*");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/a/b/*");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_HTTP_REQUEST_METHOD, "GET");
    assert_int_equal(route_to(*state, "h", "/a/b/index.php"), 0);
    assert_int_equal(route_to(*state, "h", "/a/b/index.html"), 1);
    assert_int_equal(route_to(*state, "h", "/b"), 3);
}

static void
matches_hosts_ignoring_case_by_name_suffix_and_pattern(void **state)
{
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "www.Example.com");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "*.example.com");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "api-?.*.org static*");
    assert_int_equal(route_to(*state, "WWW.example.COM", "/"), 0);
    assert_int_equal(route_to(*state, "a.b.example.com", "/"), 1);
    assert_int_equal(route_to(*state, "example.com", "/"), 3);
    assert_int_equal(route_to(*state, "www.example.com.", "/"), 0);
    assert_int_equal(route_to(*state, "www.example.com..", "/"), 3);
    assert_int_equal(route_to(*state, "api-1.eu.org", "/"), 2);
    assert_int_equal(route_to(*state, "static7", "/"), 2);
    assert_int_equal(route_to(*state, "", "/"), 3);
}

static void
wants_every_condition_of_a_rule_to_hold(void **state)
{
    struct route_request request = request_for("a.example.com", "/x");

    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/x");
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "a.example.com");
    snapshot_sample_add_condition(*state, CONDITION_HTTP_REQUEST_METHOD, "PUT POST");
    assert_int_equal(route_in(*state, &request), 1);
    request.method = SLICE_LITERAL("POST");
    assert_int_equal(route_in(*state, &request), 0);
    request.method = SLICE_LITERAL("post");
    assert_int_equal(route_in(*state, &request), 1);
}

static void
compares_query_pairs_undecoded_and_ignoring_case(void **state)
{
    struct route_request request = request_for("h", "/");

    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_QUERY_STRING, "version=v1 beta a\\*=b");
    request.query = SLICE_LITERAL("x=y&VERSION=V1");
    assert_int_equal(route_in(*state, &request), 0);
    request.query = SLICE_LITERAL("any=beta");
    assert_int_equal(route_in(*state, &request), 0);
    request.query = SLICE_LITERAL("a*=b");
    assert_int_equal(route_in(*state, &request), 0);
    request.query = SLICE_LITERAL("ax=b&version=v%31&beta");
    assert_int_equal(route_in(*state, &request), 1);
    request.query = SLICE_NONE;
    assert_int_equal(route_in(*state, &request), 1);
}

static void
compares_the_peers_address_with_blocks(void **state)
{
    struct route_request request = request_for("h", "/");

    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_SOURCE_IP, "10.0.0.0/8 2001:db8::/32");
    assert_true(address_parse(&request.source, "10.1.2.3", 5));
    assert_int_equal(route_in(*state, &request), 0);
    assert_true(address_parse(&request.source, "2001:db8:1::1", 5));
    assert_int_equal(route_in(*state, &request), 0);
    assert_true(address_parse(&request.source, "11.1.2.3", 5));
    assert_int_equal(route_in(*state, &request), 1);
    request.source = (struct address){.family = ADDRESS_UNIX};
    assert_int_equal(route_in(*state, &request), 1);
}

/* Two lines of one field, as struct route_request wants them. */
static bool
two_lines(const void *argument, struct slice name, size_t *place, struct slice *value)
{
    const char *const *lines = argument;

    if (!slice_equal_ignoring_case(name, SLICE_LITERAL("x-tenant")) || *place > 1)
        return false;
    *value = slice_of(lines[(*place)++]);
    return true;
}

static void
searches_every_line_of_a_field(void **state)
{
    const char *const lines[] = {"red", "Blue-7"};
    struct route_request request = request_for("h", "/");
    struct config_rule *rule = snapshot_sample_add_rule(*state, NULL);

    snapshot_sample_add_condition(*state, CONDITION_HTTP_HEADER, "blue-*");
    rule->conditions[0].http_header_name = snapshot_sample_text(*state, "X-Tenant");
    assert_int_equal(route_in(*state, &request), 1);
    request.field = two_lines;
    request.argument = lines;
    assert_int_equal(route_in(*state, &request), 0);
}

static void
compares_paths_and_hosts_in_normal_form(void **state)
{
    static const char *const forms[] = {"/admin",
                                        "/x/../admin",
                                        "//admin",
                                        "/./admin",
                                        "/%61dmin",
                                        "/%2e/admin",
                                        "/.//admin",
                                        "/a/%2E%2e/admin",
                                        "/../admin/",
                                        "/admin/.",
                                        "/x/y/../..//%61%64min/z"};
    char long_path[600];

    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/admin*");
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "shop.example.");
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (route_to(*state, i % 2 == 0 ? "shop.example" : "Shop.Example.", forms[i]) != 0)
            fail_msg("%s is not taken", forms[i]);
    assert_int_equal(route_to(*state, "shop.example", "/%2561dmin"), 1);
    assert_int_equal(route_to(*state, "shop.example", "/x%2F..%2Fadmin"), 1);
    assert_int_equal(route_to(*state, "shop.example", "/admin/../x"), 1);
    memset(long_path, '/', sizeof(long_path));
    memcpy(long_path + sizeof(long_path) - 7, "admin7", 7);
    assert_int_equal(route_to(*state, "shop.example", long_path), 0);
}

static void
writes_patterns_in_normal_form(void **state)
{
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/a/./b//c /x/../y*");
    assert_int_equal(route_to(*state, "h", "/a/b/c"), 0);
    assert_int_equal(route_to(*state, "h", "/a//b/c"), 0);
    assert_int_equal(route_to(*state, "h", "/y/1"), 0);
    assert_int_equal(route_to(*state, "h", "/x/y"), 1);
}

/* A hundred rules of one kind, of which none holds for the inputs below. */
static void
add_hundred(struct snapshot_sample *sample, enum config_condition_field field,
            const char *values)
{
    for (int i = 0; i < 100; i++) {
        struct config_rule *rule = snapshot_sample_add_rule(sample, NULL);
        snapshot_sample_add_condition(sample, field, values);
        if (field == CONDITION_HTTP_HEADER)
            rule->conditions[0].http_header_name = snapshot_sample_text(sample, "X-Tenant");
    }
}

#define LONG_BYTES 16000

static char *
repeated(const char *part, size_t length)
{
    char *text = malloc(length + 1);

    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = part[i % strlen(part)];
    text[length] = '\0';
    return text;
}

static void
takes_a_query_apart_once_and_skips_what_is_no_pair(void **state)
{
    char *query = repeated("&", LONG_BYTES);
    struct route_request request = request_for("h", "/");

    add_hundred(*state, CONDITION_QUERY_STRING, "key=no");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_QUERY_STRING, "key=yes");
    request.query = slice_of(query);
    assert_int_equal(route_in(*state, &request), 101);
    memcpy(query + LONG_BYTES - 7, "KEY=Yes", 7);
    assert_int_equal(route_in(*state, &request), 100);
    free(query);
}

static void
bounds_the_pairs_of_a_query_where_a_rule_looks_at_them(void **state)
{
    char *query = repeated("a=&", LONG_BYTES);
    struct route_request request = request_for("h", "/");

    add_hundred(*state, CONDITION_QUERY_STRING, "key=no");
    request.query = slice_make(query, 3 * ROUTE_PAIRS_MAX);
    assert_int_equal(route_in(*state, &request), 100);
    request.query.length += 2;
    assert_int_equal(route_in(*state, &request), ROUTE_TOO_COSTLY);
    request.query = SLICE_NONE;
    assert_int_equal(route_in(*state, &request), 100);
    free(query);
}

/* What costs the most: a pattern that nearly holds at each byte. */
static void
refuses_what_would_cost_more_than_its_steps(void **state)
{
    char *path = repeated("a", LONG_BYTES);
    struct route_request request = request_for("h", "/");

    path[0] = '/';
    add_hundred(*state, CONDITION_PATH_PATTERN, "/*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*");
    request.path = slice_of(path);
    assert_int_equal(route_in(*state, &request), ROUTE_TOO_COSTLY);
    request.path.length = 60;
    assert_int_equal(route_in(*state, &request), 100);
    free(path);
}

static void
never_refuses_for_the_size_of_the_configuration(void **state)
{
    struct route_request request = request_for("h", "/");
    const char *const lines[] = {"red", "Blue-7"};

    for (int i = 0; i < 100; i++)
        add_hundred(*state, CONDITION_HTTP_HEADER, "*-8");
    request.field = two_lines;
    request.argument = lines;
    assert_int_equal(route_in(*state, &request), 10000);
}

static void
takes_a_long_path_where_a_star_ends_the_pattern(void **state)
{
    char *path = repeated("/x", LONG_BYTES);
    struct route_request request = request_for("h", "/");

    add_hundred(*state, CONDITION_PATH_PATTERN, "/x/x/*.php /x/y");
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/x/x/*");
    request.path = slice_of(path);
    request.path.length = 2000;
    assert_int_equal(route_in(*state, &request), 100);
    free(path);
}

static void
names_the_first_condition_that_does_not_hold(void **state)
{
    struct route_request request = request_for("h", "/y");

    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/x");
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, "h");
    struct snapshot *snapshot = snapshot_sample_open(*state);
    uint32_t mismatch = route_first_mismatch(snapshot, 0, &request);
    assert_int_not_equal(mismatch, SNAPSHOT_NO_INDEX);
    assert_int_equal(snapshot_condition(snapshot, mismatch)->field, CONDITION_PATH_PATTERN);
    snapshot_close(&snapshot);
}

static void
finds_rules_whose_literals_are_longer_than_the_index_knows(void **state)
{
    char path[200] = "/", host[200] = "h";

    memset(path + 1, 'p', sizeof(path) - 2);
    memset(host, 'h', sizeof(host) - 1);
    host[150] = '.';
    snapshot_sample_add_rule(*state, NULL);
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, path);
    snapshot_sample_add_condition(*state, CONDITION_HOST_HEADER, host);
    assert_int_equal(route_to(*state, host, path), 0);
    path[180]++;
    assert_int_equal(route_to(*state, host, path), 1);
}

static const char *
location_for(struct snapshot_sample *sample, size_t capacity)
{
    static char bytes[256];
    struct route_request request = request_for("old.example.com", "/a/b");
    struct route_origin origin = {SLICE_LITERAL("http"), SLICE_LITERAL("old.example.com"), 80};
    struct text out = text_over(bytes, capacity);
    struct snapshot *snapshot = snapshot_sample_open(sample);

    request.query = SLICE_LITERAL("q=1");
    bool fits =
        route_write_location(snapshot, snapshot_action(snapshot, 0), &request, &origin, &out);
    snapshot_close(&snapshot);
    bytes[out.length] = '\0';
    return fits ? bytes : NULL;
}

static void
writes_a_redirects_location_from_its_templates(void **state)
{
    struct config_rule *rule = snapshot_sample_add_rule(*state, NULL);

    rule->action.type = ACTION_REDIRECT;
    rule->action.status_code = 301;
    snapshot_sample_add_condition(*state, CONDITION_PATH_PATTERN, "/*");
    rule->action.redirect_protocol = snapshot_sample_text(*state, "HTTPS");
    rule->action.redirect_port = snapshot_sample_text(*state, "443");
    assert_string_equal(location_for(*state, 255), "https://old.example.com:443/a/b?q=1");
    rule->action.redirect_host = snapshot_sample_text(*state, "new.#{host}");
    rule->action.redirect_path = snapshot_sample_text(*state, "/#{port}/#{path}#{no");
    rule->action.redirect_query = snapshot_sample_text(*state, "");
    assert_string_equal(location_for(*state, 255),
                        "https://new.old.example.com:443/80/a/b#{no");
    assert_null(location_for(*state, 20));
}

/* Words of a small alphabet, so that rules and requests meet often. */
static void
add_random_word(struct text *text, const char *const *words, size_t count)
{
    text_add_slice(text, slice_of(words[random_below(count)]));
}

static void
random_pattern(char text[64], bool is_host, bool is_request)
{
    static const char *const parts[] = {"a", "b", "ab", "A", "*", "?", "a*"};
    struct text out = text_over(text, 63);
    size_t choices = is_request ? 4 : 7;

    if (!is_host && random_below(8) != 0)
        text_add_byte(&out, '/');
    for (uint64_t n = random_below(4); n > 0; n--) {
        add_random_word(&out, parts, choices);
        if (random_below(3) != 0)
            text_add_byte(&out, is_host ? '.' : '/');
    }
    if (out.length == 0)
        text_add_byte(&out, is_host ? 'a' : '/');
    text[out.length] = '\0';
}

static void
add_random_condition(struct snapshot_sample *sample, bool is_host)
{
    char values[3][64];
    char all[200];

    for (int i = 0; i < 3; i++)
        random_pattern(values[i], is_host, false);
    snprintf(all, sizeof(all), random_below(2) == 0 ? "%s" : "%s %s %s", values[0], values[1],
             values[2]);
    snapshot_sample_add_condition(
        sample, is_host ? CONDITION_HOST_HEADER : CONDITION_PATH_PATTERN, all);
}

static void
add_random_rules(struct snapshot_sample *sample)
{
    for (uint64_t n = random_below(40); n > 0; n--) {
        uint64_t kind = random_below(8);
        snapshot_sample_add_rule(sample, NULL);
        if ((kind & 1) != 0)
            add_random_condition(sample, true);
        if ((kind & 2) != 0 || kind == 0)
            add_random_condition(sample, false);
        if (kind >= 4)
            snapshot_sample_add_condition(sample, CONDITION_HTTP_REQUEST_METHOD,
                                          random_below(2) == 0 ? "GET" : "PUT");
    }
}

static uint32_t
first_match_by_scan(const struct snapshot *snapshot, const struct route_request *request)
{
    uint32_t rule = 0;

    while (route_first_mismatch(snapshot, rule, request) != SNAPSHOT_NO_INDEX)
        rule++;
    return rule;
}

static void
compare_a_random_request(const struct snapshot *snapshot, uint64_t seed)
{
    char host[64], path[64];

    random_pattern(host, true, true);
    random_pattern(path, false, true);
    struct route_request request = request_for(host, path);
    uint32_t expected = first_match_by_scan(snapshot, &request);
    uint32_t found = route(snapshot, 0, &request);
    if (found != expected)
        fail_msg("seed %llu, host %s, path %s: rule %u, not %u", (unsigned long long)seed, host,
                 path, found, expected);
}

static void
finds_the_same_rule_as_a_scan_of_all_rules(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct snapshot_sample *sample = snapshot_sample_new();
        random_seed_for_test(seed);
        add_random_rules(sample);
        struct snapshot *snapshot = snapshot_sample_open(sample);
        for (int i = 0; i < 200; i++)
            compare_a_random_request(snapshot, seed);
        snapshot_close(&snapshot);
        snapshot_sample_free(&sample);
    }
}

#define ROUTE_TEST(function) cmocka_unit_test_setup_teardown(function, begin, finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ROUTE_TEST(falls_back_to_the_default_rule),
        ROUTE_TEST(matches_a_path_exactly_or_by_pattern_and_case),
        ROUTE_TEST(takes_the_lowest_priority_wherever_it_stands_in_the_index),
        ROUTE_TEST(matches_hosts_ignoring_case_by_name_suffix_and_pattern),
        ROUTE_TEST(wants_every_condition_of_a_rule_to_hold),
        ROUTE_TEST(compares_query_pairs_undecoded_and_ignoring_case),
        ROUTE_TEST(compares_the_peers_address_with_blocks),
        ROUTE_TEST(searches_every_line_of_a_field),
        ROUTE_TEST(compares_paths_and_hosts_in_normal_form),
        ROUTE_TEST(writes_patterns_in_normal_form),
        ROUTE_TEST(takes_a_query_apart_once_and_skips_what_is_no_pair),
        ROUTE_TEST(bounds_the_pairs_of_a_query_where_a_rule_looks_at_them),
        ROUTE_TEST(refuses_what_would_cost_more_than_its_steps),
        ROUTE_TEST(never_refuses_for_the_size_of_the_configuration),
        ROUTE_TEST(takes_a_long_path_where_a_star_ends_the_pattern),
        ROUTE_TEST(names_the_first_condition_that_does_not_hold),
        ROUTE_TEST(finds_rules_whose_literals_are_longer_than_the_index_knows),
        ROUTE_TEST(writes_a_redirects_location_from_its_templates),
        cmocka_unit_test(finds_the_same_rule_as_a_scan_of_all_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
