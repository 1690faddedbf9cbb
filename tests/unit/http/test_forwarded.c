/* SPDX-License-Identifier: Apache-2.0 */
/* What X-Forwarded-For, -Proto and -Port say; 10.0.0.0/8 and fd00::/8 are trusted hops. */
#include "http_unit.h"

#include "http/forwarded.h"

static bool
is_trusted(const void *argument, const struct address *address)
{
    struct address_block blocks[2];

    (void)argument;
    assert_true(address_block_parse(&blocks[0], "10.0.0.0/8"));
    assert_true(address_block_parse(&blocks[1], "fd00::/8"));
    return address_block_contains(&blocks[0], address) ||
           address_block_contains(&blocks[1], address);
}

static void
read_fields(struct http_head *head, const char *fields)
{
    static char request[2048];

    snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
    assert_int_equal(read_and_judge(head, slice_of(request), DESYNC_DEFENSIVE),
                     HTTP_REFUSAL_NONE);
}

#define XFF "X-Forwarded-For: "

static const struct {
    const char *fields, *client;
} clients[] = {
    {"", ""},
    {XFF "\r\n", ""},
    {XFF "192.0.2.1\r\n", "192.0.2.1:0"},
    {XFF "192.0.2.1, 192.0.2.2\r\n", "192.0.2.2:0"},
    {XFF "192.0.2.1,192.0.2.2 , 10.0.0.1,\tfd00::1\r\n", "192.0.2.2:0"},
    {XFF "192.0.2.1\r\n" XFF "192.0.2.2\r\n" XFF ", 10.0.0.1 ,,\r\n", "192.0.2.2:0"},
    {XFF "10.0.0.3, 10.0.0.2, 10.0.0.1\r\n", "10.0.0.3:0"},
    {XFF "192.0.2.1:4711\r\n", "192.0.2.1:4711"},
    {XFF "2001:db8::1\r\n", "[2001:db8::1]:0"},
    {XFF "[2001:db8::1]\r\n", "[2001:db8::1]:0"},
    {XFF "[2001:db8::1]:65535, [fd00::9]:1\r\n", "[2001:db8::1]:65535"},
    {XFF "::ffff:192.0.2.7\r\n", "192.0.2.7:0"},
    {XFF "192.0.2.1, ::ffff:10.1.1.1\r\n", "192.0.2.1:0"},
    /* What no hop of ours wrote does not matter. */
    {XFF "<script>, 192.0.2.1\r\n", "192.0.2.1:0"},
    {XFF "unknown, 192.0.2.1, 10.0.0.1\r\n", "192.0.2.1:0"},
    /* But where one of ours should stand, nobody is known. */
    {XFF "192.0.2.1, unknown\r\n", ""},
    {XFF "192.0.2.1, _hidden, 10.0.0.1\r\n", ""},
    {XFF "192.0.2.1, 10.0.0.1:x\r\n", ""},
    {XFF "192.0.2.1:65536\r\n", ""},
    {XFF "192.0.2.1:\r\n", ""},
    {XFF "[192.0.2.1]\r\n", ""},
    {XFF "[2001:db8::1\r\n", ""},
    {XFF "[2001:db8::1]80\r\n", ""},
    {XFF "[]\r\n", ""},
    {XFF ":\r\n", ""},
    {XFF "192.0.2\r\n", ""},
    {XFF "192.0.2.1 192.0.2.2\r\n", ""},
    {XFF "fe80::1%eth0\r\n", ""},
    {XFF "1111111111111111111111111111111111111111111111111111111111111111111\r\n", ""},
};

static void
finds_the_rightmost_address_that_is_not_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        struct http_head head;
        struct address client;
        char text[ADDRESS_TEXT_SIZE] = "";
        read_fields(&head, clients[i].fields);
        if (forwarded_client(&head, is_trusted, NULL, &client))
            address_format_with_port(&client, text);
        if (strcmp(text, clients[i].client) != 0)
            fail_msg("\"%s\" is not \"%s\" for %s", text, clients[i].client, clients[i].fields);
    }
}

static void
looks_at_thirty_addresses_at_most(void **state)
{
    char fields[1024] = XFF "192.0.2.1";
    struct http_head head;
    struct address client;
    (void)state;
    for (int i = 0; i < 29; i++)
        strcat(fields, ",10.0.0.1");
    strcat(fields, "\r\n");
    read_fields(&head, fields);
    assert_true(forwarded_client(&head, is_trusted, NULL, &client));
    strcat(fields, XFF "10.0.0.1\r\n");
    read_fields(&head, fields);
    assert_false(forwarded_client(&head, is_trusted, NULL, &client));
}

static const struct {
    const char *fields, *protocol;
    unsigned port;
} words[] = {
    {"", "", 0},
    {"X-Forwarded-Proto: https\r\nX-Forwarded-Port: 8443\r\n", "https", 8443},
    {"X-Forwarded-Proto: HTTP\r\nX-Forwarded-Port: 80\r\n", "http", 80},
    {"X-Forwarded-Proto: wss\r\n", "https", 0},
    {"X-Forwarded-Proto: ws\r\n", "http", 0},
    {"X-Forwarded-Proto: https, http\r\nX-Forwarded-Port: 443, 80\r\n", "", 0},
    {"X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "", 0},
    {"X-Forwarded-Proto:\r\nX-Forwarded-Port:\r\n", "", 0},
    {"X-Forwarded-Proto: ftp\r\nX-Forwarded-Port: 65536\r\n", "", 0},
    {"X-Forwarded-Port: -1\r\n", "", 0},
    {"X-Forwarded-Port: 443\r\nX-Forwarded-Port: 443\r\n", "", 0},
};

static void
reads_protocol_and_port_that_are_said_clearly(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct http_head head;
        bool is_tls = false;
        read_fields(&head, words[i].fields);
        bool is_said = forwarded_protocol(&head, &is_tls);
        assert_string_equal(!is_said ? "" : is_tls ? "https" : "http", words[i].protocol);
        assert_int_equal(forwarded_port(&head), words[i].port);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_rightmost_address_that_is_not_trusted),
        cmocka_unit_test(looks_at_thirty_addresses_at_most),
        cmocka_unit_test(reads_protocol_and_port_that_are_said_clearly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
