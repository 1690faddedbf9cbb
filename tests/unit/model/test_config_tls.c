/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS listeners in a configuration, and who is shown their certificates. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/config.h"
#include "model/ssl_policy.h"

#define LISTENER(text)                                                                         \
    "listeners = ( { name = \"a\"; unix = \"/a\";\n" text "\n"                                 \
    "  default_actions = ( { type = \"fixed-response\"; status_code = 404; } ); } );\n"
#define HTTPS(text) LISTENER("protocol = \"HTTPS\";\n" text)
#define ONE "certificates = ( { certificate = \"/c.pem\"; } );\n"

static char folder[] = "/tmp/fairlead-test-XXXXXX";

static int
enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
    (void)state;
    return chdir("/") == -1 || rmdir(folder) == -1;
}

static struct config *
load(const char *text, const struct config_inspector *inspector, struct config_errors *errors)
{
    FILE *file = fopen("F", "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    struct config *config = config_load("F", inspector, errors);
    unlink("F");
    return config;
}

static struct config *
load_good(const char *text)
{
    struct config_errors errors;
    struct config *config = load(text, NULL, &errors);

    if (config == NULL)
        fail_msg("%s", errors.lines[0]);
    return config;
}

static void
assert_refused(const char *text, const char *expected)
{
    struct config_errors errors;

    assert_null(load(text, NULL, &errors));
    assert_string_equal(errors.lines[0], expected);
    assert_int_equal(errors.count, 1);
    config_errors_clear(&errors);
}

static void
has_the_defaults_of_the_console(void **state)
{
    struct config *config = load_good(HTTPS(ONE));
    const struct config_listener *listener = &config->listeners[0];

    (void)state;
    assert_int_equal(listener->protocol, PROTOCOL_HTTPS);
    assert_string_equal(ssl_policies[listener->ssl_policy].name,
                        "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
    assert_int_equal(listener->alpn_policy, ALPN_HTTP2_PREFERRED);
    assert_int_equal(listener->certificate_count, 1);
    assert_null(listener->certificates[0].private_key);
    assert_int_equal(listener->certificate_list_count, 0);
    assert_int_equal(config->timeouts.tls_handshake_ms, 10000);
    assert_false(config->attributes.tls_fields);
    assert_int_equal(config->ticket_rotation_hours, 12);
    config_free(&config);
}

static void
takes_each_policy_by_its_name(void **state)
{
    char text[1024];

    (void)state;
    for (unsigned i = 0; i < ssl_policy_count; i++) {
        snprintf(text, sizeof(text), HTTPS(ONE "ssl_policy = \"%s\";"), ssl_policies[i].name);
        struct config *config = load_good(text);
        assert_int_equal(config->listeners[0].ssl_policy, i);
        config_free(&config);
    }
}

static void
needs_exactly_one_default_certificate(void **state)
{
    (void)state;
    assert_refused(HTTPS(""), "F:1: listeners[0]: HTTPS needs certificates = ( { certificate = "
                              "\"/…/chain.pem\"; private_key = \"/…/key.pem\"; } )");
    assert_refused(
        HTTPS("certificates = ( );"),
        "F:3: listeners[0].certificates: must hold exactly one, the default; further "
        "ones go to certificate_list");
    assert_refused(
        HTTPS("certificates = ( { certificate = \"/a\"; },\n"
              "{ certificate = \"/b\"; } );"),
        "F:3: listeners[0].certificates: must hold exactly one, the default; further "
        "ones go to certificate_list");
    assert_refused(HTTPS("certificates = ( { private_key = \"/a\"; } );"),
                   "F:3: listeners[0].certificates[0]: certificate is missing");
    assert_refused(
        HTTPS("certificates = ( { certificate = \"a.pem\"; } );"),
        "F:3: listeners[0].certificates[0].certificate: \"a.pem\" is not an absolute "
        "path");
}

static void
refuses_without_https_what_needs_it(void **state)
{
    (void)state;
    assert_refused(LISTENER(ONE), "F:2: listeners[0].certificates: is for listeners with "
                                  "protocol = \"HTTPS\" only");
    assert_refused(LISTENER("certificate_list = ( );"),
                   "F:2: listeners[0].certificate_list: is for listeners with protocol = "
                   "\"HTTPS\" only");
    assert_refused(LISTENER("ssl_policy = \"ELBSecurityPolicy-2016-08\";"),
                   "F:2: listeners[0].ssl_policy: is for listeners with protocol = \"HTTPS\" "
                   "only");
    assert_refused(LISTENER("alpn_policy = \"None\";"),
                   "F:2: listeners[0].alpn_policy: is for listeners with protocol = \"HTTPS\" "
                   "only");
}

/* What lets old protocols in is chosen, never suggested. */
static void
suggests_policies_but_no_weak_ones(void **state)
{
    (void)state;
    assert_refused(
        HTTPS(ONE "ssl_policy = \"ELBSecurityPolicy-TLS13-1-2-Res-2021-6\";"),
        "F:4: listeners[0].ssl_policy: \"ELBSecurityPolicy-TLS13-1-2-Res-2021-6\" is "
        "no security policy; did you mean ELBSecurityPolicy-TLS13-1-2-Res-2021-06?");
    assert_refused(HTTPS(ONE "ssl_policy = \"2016-08\";"),
                   "F:4: listeners[0].ssl_policy: \"2016-08\" is no security policy such as "
                   "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
}

static int shown;

static void
inspect(void *argument, const struct config_listener *listener,
        const struct config_certificate *certificate, bool is_default,
        struct config_findings *findings)
{
    assert_ptr_equal(argument, &shown);
    assert_string_equal(listener->name, "a");
    assert_int_equal(is_default, shown == 0);
    shown++;
    if (strcmp(certificate->certificate, "/bad.pem") == 0)
        config_findings_add(findings, CONFIG_ERROR, "certificate", "is %s", "bad");
    if (certificate->private_key == NULL)
        config_findings_add(findings, CONFIG_WARNING, "private_key", "is the same");
}

static const struct config_inspector inspector = {.certificate = inspect, .argument = &shown};

static void
shows_certificates_in_their_order_and_places_what_is_found(void **state)
{
    struct config_errors errors;

    (void)state;
    shown = 0;
    assert_null(
        load(HTTPS(ONE "certificate_list = (\n"
                       "  { certificate = \"/b.pem\"; private_key = \"/b.key\"; },\n"
                       "  { certificate = \"/bad.pem\"; private_key = \"/b.key\"; } );"),
             &inspector, &errors));
    assert_int_equal(shown, 3);
    assert_int_equal(errors.count, 1);
    assert_string_equal(errors.lines[0],
                        "F:6: listeners[0].certificate_list[1].certificate: is bad");
    config_errors_clear(&errors);
    shown = 0;
    struct config *config = load(HTTPS(ONE), &inspector, &errors);
    assert_non_null(config);
    assert_string_equal(config->warnings.lines[0],
                        "F:3: warning: listeners[0].certificates[0].private_key: is the same");
    config_free(&config);
}

/* Nobody reads the files of a configuration that is refused anyway. */
static void
shows_nothing_of_a_bad_configuration(void **state)
{
    struct config_errors errors;

    (void)state;
    shown = 0;
    assert_null(load("wokers = 1;\n" HTTPS(ONE), &inspector, &errors));
    assert_int_equal(shown, 0);
    config_errors_clear(&errors);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_defaults_of_the_console),
        cmocka_unit_test(takes_each_policy_by_its_name),
        cmocka_unit_test(needs_exactly_one_default_certificate),
        cmocka_unit_test(refuses_without_https_what_needs_it),
        cmocka_unit_test(suggests_policies_but_no_weak_ones),
        cmocka_unit_test(shows_certificates_in_their_order_and_places_what_is_found),
        cmocka_unit_test(shows_nothing_of_a_bad_configuration),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
