/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader for each kind of setting, in one table. Every reader gets the value as text,
 * whatever it was written as: so defaults out of settings.def and values out of the file take
 * one way.
 */
#include "model/setting_value.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"
#include "model/http_codes.h"
#include "model/ssl_policy.h"

#define MS_PER_SECOND 1000
#define PORT_MAX 65535

/* Readers return NULL, or what is wrong. */
typedef char *read_value(const struct setting *setting, const char *text, void *member);

/* Writers return the text as a file would have it, new memory; NULL: there is none. */
typedef char *write_value(const struct setting *setting, const void *member);

struct kind {
    const char *title;
    unsigned forms;
    read_value *read;
    write_value *write;
};

/* The digits of the text as a number within the setting's range. */
static char *
read_in_range(const struct setting *setting, const char *text, uint64_t *number)
{
    if (slice_to_number(slice_of(text), UINT64_MAX, number) && *number >= setting->minimum &&
        *number <= setting->maximum)
        return NULL;
    bool has_zero = setting->kind == SETTING_SECONDS_OR_OFF;
    return memory_print("%s is out of range %llu..%llu%s", text,
                        (unsigned long long)setting->minimum,
                        (unsigned long long)setting->maximum, has_zero ? " or 0" : "");
}

static char *
read_scaled(const struct setting *setting, const char *text, unsigned scale, unsigned *member)
{
    uint64_t number;
    char *wrong = read_in_range(setting, text, &number);

    if (wrong == NULL)
        *member = (unsigned)(number * scale);
    return wrong;
}

static char *
read_number(const struct setting *setting, const char *text, void *member)
{
    return read_scaled(setting, text, 1, member);
}

static char *
read_seconds(const struct setting *setting, const char *text, void *member)
{
    return read_scaled(setting, text, MS_PER_SECOND, member);
}

static bool
is_off(const char *text)
{
    return strcmp(text, "off") == 0 || strcmp(text, "0") == 0;
}

static char *
read_number_or_off(const struct setting *setting, const char *text, void *member)
{
    if (!is_off(text))
        return read_number(setting, text, member);
    *(unsigned *)member = 0;
    return NULL;
}

static char *
read_seconds_or_off(const struct setting *setting, const char *text, void *member)
{
    if (!is_off(text))
        return read_seconds(setting, text, member);
    *(unsigned *)member = 0;
    return NULL;
}

static char *
read_size(const struct setting *setting, const char *text, void *member)
{
    return read_in_range(setting, text, member);
}

static char *
read_bool(const struct setting *setting, const char *text, void *member)
{
    (void)setting;
    bool is_on = strcmp(text, "true") == 0 || strcmp(text, "on") == 0;

    if (!is_on && strcmp(text, "false") != 0 && strcmp(text, "off") != 0)
        return memory_print("\"%s\" is neither true nor false", text);
    *(bool *)member = is_on;
    return NULL;
}

static char *
read_body(const struct setting *setting, const char *text, void *member)
{
    char **copy = member;
    size_t length = strlen(text);

    if (length == 0 && setting->minimum > 0)
        return memory_print("is empty");
    if (length > setting->maximum)
        return memory_print("is longer than %llu bytes", (unsigned long long)setting->maximum);
    free(*copy);
    *copy = memory_copy_text(text);
    return NULL;
}

/* What ends up in heads, logs and paths must not break their lines. */
static char *
read_text(const struct setting *setting, const char *text, void *member)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return memory_print("holds a control character");
    }
    return read_body(setting, text, member);
}

/* ELBv2: letters, digits and hyphens, none of these at the ends. */
static char *
read_name(const struct setting *setting, const char *text, void *member)
{
    size_t length = strlen(text);
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-");

    if (good != length || (length > 0 && (text[0] == '-' || text[length - 1] == '-')))
        return memory_print("\"%s\" may hold letters, digits and inner hyphens only", text);
    return read_text(setting, text, member);
}

static char *
read_host_name(const struct setting *setting, const char *text, void *member)
{
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-.");

    if (text[good] != '\0')
        return memory_print("\"%s\" is no host name: letters, digits, hyphens and dots", text);
    return read_text(setting, text, member);
}

static char *
read_path(const struct setting *setting, const char *text, void *member)
{
    if (*text != '/')
        return memory_print("\"%s\" is not an absolute path", text);
    return read_text(setting, text, member);
}

static char *
read_address(const struct setting *setting, const char *text, void *member)
{
    struct address address;

    if (!address_parse(&address, text, 0))
        return memory_print("\"%s\" is not an IP address", text);
    return read_text(setting, text, member);
}

static char *
read_source(const struct setting *setting, const char *text, void *member)
{
    struct address_block block;

    if (!address_source_parse(&block, text))
        return memory_print("\"%s\" is neither an address block such as 10.0.0.0/8 nor unix: "
                            "nor nobody",
                            text);
    return read_text(setting, text, member);
}

static bool
is_port(const char *text)
{
    uint64_t number;

    return slice_to_number(slice_of(text), PORT_MAX, &number) && number > 0;
}

static char *
read_port_text(const struct setting *setting, const char *text, void *member)
{
    if (strcmp(text, "#{port}") != 0 && !is_port(text))
        return memory_print("\"%s\" is neither a port nor #{port}", text);
    return read_text(setting, text, member);
}

static char *
read_check_port(const struct setting *setting, const char *text, void *member)
{
    if (strcmp(text, "traffic-port") == 0) {
        *(unsigned *)member = 0;
        return NULL;
    }
    if (!is_port(text))
        return memory_print("\"%s\" is neither a port nor traffic-port", text);
    return read_number(setting, text, member);
}

/* 301, "301" or, as ELBv2 writes redirects, "HTTP_301". */
static char *
read_status(const struct setting *setting, const char *text, void *member)
{
    return read_number(setting, strncmp(text, "HTTP_", 5) == 0 ? text + 5 : text, member);
}

static char *
read_codes(const struct setting *setting, const char *text, void *member)
{
    (void)setting;
    if (http_codes_parse(member, text))
        return NULL;
    return memory_print("\"%s\" is not a list of status codes from 200 to 499, such as "
                        "200,202 or 200-299, nor of gRPC's from 0 to 99",
                        text);
}

static const struct setting_word *
find_word(enum setting_words words, const char *text)
{
    for (size_t i = 0; i < setting_word_count; i++) {
        if (setting_word_table[i].words == words &&
            strcmp(setting_word_table[i].text, text) == 0)
            return &setting_word_table[i];
    }
    return NULL;
}

/* The choices, or the one that may have been meant. Who wrote HTTPS did not mean HTTP. */
static char *
refuse_word(enum setting_words words, const char *text)
{
    struct setting_guess guess = {.wanted = text};
    char list[256] = "";
    size_t length = 0;

    for (size_t i = 0; i < setting_word_count; i++) {
        const struct setting_word *word = &setting_word_table[i];
        if (word->words != words)
            continue;
        if (!setting_word_is_weak(word))
            setting_guess_try(&guess, word->text);
        length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
                                   length == 0 ? "" : ", ", word->text);
        CHECK(length < sizeof(list));
    }
    if (guess.best != NULL)
        return memory_print("\"%s\" is unknown; did you mean %s?", text, guess.best);
    return memory_print("\"%s\" is not one of: %s", text, list);
}

static char *
read_choice(const struct setting *setting, const char *text, void *member)
{
    const struct setting_word *word = find_word(setting->words, text);

    if (word == NULL)
        return refuse_word(setting->words, text);
    *(unsigned *)member = (unsigned)word->value;
    return NULL;
}

static char *
read_choice_text(const struct setting *setting, const char *text, void *member)
{
    char **copy = member;

    if (find_word(setting->words, text) == NULL)
        return refuse_word(setting->words, text);
    free(*copy);
    *copy = memory_copy_text(text);
    return NULL;
}

/* Those that let old protocols in are chosen, never suggested. */
static char *
read_policy(const struct setting *setting, const char *text, void *member)
{
    struct setting_guess guess = {.wanted = text};
    unsigned index = ssl_policy_find(text);

    (void)setting;
    if (index < ssl_policy_count) {
        *(unsigned *)member = index;
        return NULL;
    }
    for (index = 0; index < ssl_policy_count; index++)
        if (ssl_policies[index].oldest >= TLS_1_2)
            setting_guess_try(&guess, ssl_policies[index].name);
    if (guess.best != NULL)
        return memory_print("\"%s\" is no security policy; did you mean %s?", text, guess.best);
    return memory_print("\"%s\" is no security policy such as %s", text, ssl_policies[0].name);
}

static char *
write_number(const struct setting *setting, const void *member)
{
    (void)setting;
    return memory_print("%u", *(const unsigned *)member);
}

static char *
write_number_or_off(const struct setting *setting, const void *member)
{
    return *(const unsigned *)member == 0 ? memory_copy_text("off")
                                          : write_number(setting, member);
}

static char *
write_size(const struct setting *setting, const void *member)
{
    (void)setting;
    return memory_print("%llu", (unsigned long long)*(const uint64_t *)member);
}

/* With a fraction where a finer setting gave one. */
static char *
write_seconds(const struct setting *setting, const void *member)
{
    (void)setting;
    return memory_print("%.10g", *(const unsigned *)member / (double)MS_PER_SECOND);
}

static char *
write_bool(const struct setting *setting, const void *member)
{
    (void)setting;
    return memory_copy_text(*(const bool *)member ? "true" : "false");
}

static char *
write_text(const struct setting *setting, const void *member)
{
    const char *text = *(char *const *)member;

    (void)setting;
    return text == NULL ? NULL : memory_copy_text(text);
}

static char *
write_check_port(const struct setting *setting, const void *member)
{
    return *(const unsigned *)member == 0 ? memory_copy_text("traffic-port")
                                          : write_number(setting, member);
}

static char *
write_choice(const struct setting *setting, const void *member)
{
    return memory_copy_text(setting_word_text(setting->words, (int)*(const unsigned *)member));
}

static char *
write_policy(const struct setting *setting, const void *member)
{
    (void)setting;
    return memory_copy_text(ssl_policies[*(const unsigned *)member].name);
}

static char *
write_codes(const struct setting *setting, const void *member)
{
    (void)setting;
    return http_codes_text(member);
}

static const struct kind kinds[] = {
    [SETTING_BOOL] = {"true or false", WRITTEN_AS_BOOL | WRITTEN_AS_TEXT, read_bool,
                      write_bool},
    [SETTING_NUMBER] = {"a number", WRITTEN_AS_NUMBER, read_number, write_number},
    [SETTING_NUMBER_OR_OFF] = {"a number or \"off\"", WRITTEN_AS_NUMBER | WRITTEN_AS_TEXT,
                               read_number_or_off, write_number_or_off},
    [SETTING_SIZE] = {"a number", WRITTEN_AS_NUMBER, read_size, write_size},
    [SETTING_SECONDS] = {"a number", WRITTEN_AS_NUMBER, read_seconds, write_seconds},
    [SETTING_SECONDS_OR_OFF] = {"a number", WRITTEN_AS_NUMBER, read_seconds_or_off,
                                write_seconds},
    [SETTING_TEXT] = {"a text", WRITTEN_AS_TEXT, read_text, write_text},
    [SETTING_BODY] = {"a text", WRITTEN_AS_TEXT, read_body, write_text},
    [SETTING_NAME] = {"a text", WRITTEN_AS_TEXT, read_name, write_text},
    [SETTING_HOST_NAME] = {"a text", WRITTEN_AS_TEXT, read_host_name, write_text},
    [SETTING_PATH] = {"a text", WRITTEN_AS_TEXT, read_path, write_text},
    [SETTING_SOCKET] = {"a text", WRITTEN_AS_TEXT, read_path, write_text},
    [SETTING_ADDRESS] = {"a text", WRITTEN_AS_TEXT, read_address, write_text},
    [SETTING_SOURCE] = {"a text", WRITTEN_AS_TEXT, read_source, write_text},
    [SETTING_PORT_TEXT] = {"a text or a number", WRITTEN_AS_TEXT | WRITTEN_AS_NUMBER,
                           read_port_text, write_text},
    [SETTING_CHOICE_TEXT] = {"a text", WRITTEN_AS_TEXT, read_choice_text, write_text},
    [SETTING_CHOICE] = {"a text", WRITTEN_AS_TEXT, read_choice, write_choice},
    [SETTING_POLICY] = {"a text", WRITTEN_AS_TEXT, read_policy, write_policy},
    [SETTING_CHECK_PORT] = {"a number or \"traffic-port\"", WRITTEN_AS_TEXT | WRITTEN_AS_NUMBER,
                            read_check_port, write_check_port},
    [SETTING_STATUS] = {"a status code", WRITTEN_AS_TEXT | WRITTEN_AS_NUMBER, read_status,
                        write_number},
    [SETTING_CODES] = {"a text", WRITTEN_AS_TEXT | WRITTEN_AS_NUMBER, read_codes, write_codes},
    [SETTING_LIST] = {"a list ( ... )", 0, NULL, NULL},
    [SETTING_ONE] = {"a list ( ... ) of one", 0, NULL, NULL},
};

unsigned
setting_kind_forms(enum setting_kind kind)
{
    return kinds[kind].forms;
}

const char *
setting_kind_title(enum setting_kind kind)
{
    return kinds[kind].title;
}

bool
setting_kind_owns_text(enum setting_kind kind)
{
    return kind >= SETTING_TEXT && kind <= SETTING_CHOICE_TEXT;
}

bool
setting_value_read(const struct setting *setting, const char *text, void *object, char **reason)
{
    CHECK(kinds[setting->kind].read != NULL);
    *reason = kinds[setting->kind].read(setting, text, setting_member(setting, object));
    return *reason == NULL;
}

char *
setting_value_text(const struct setting *setting, const void *object)
{
    CHECK(kinds[setting->kind].write != NULL);
    return kinds[setting->kind].write(setting, (const char *)object + setting->offset);
}

static size_t
size_of(enum setting_kind kind)
{
    switch (kind) {
    case SETTING_BOOL:
        return sizeof(bool);
    case SETTING_SIZE:
        return sizeof(uint64_t);
    case SETTING_CODES:
        return sizeof(struct http_codes);
    default:
        return sizeof(unsigned);
    }
}

static bool
texts_are_equal(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

bool
setting_values_are_equal(const struct setting *setting, const void *one, const void *other)
{
    const char *left = (const char *)one + setting->offset;
    const char *right = (const char *)other + setting->offset;

    if (setting_kind_owns_text(setting->kind))
        return texts_are_equal(*(char *const *)(const void *)left,
                               *(char *const *)(const void *)right);
    return memcmp(left, right, size_of(setting->kind)) == 0;
}

void
setting_value_copy(const struct setting *setting, const void *from, void *object)
{
    const char *source = (const char *)from + setting->offset;
    char *member = setting_member(setting, object), **text = (char **)(void *)member;

    if (!setting_kind_owns_text(setting->kind)) {
        memcpy(member, source, size_of(setting->kind));
        return;
    }
    free(*text);
    *text = memory_copy_text(*(char *const *)(const void *)source);
}

void
setting_values_swap(const struct setting *setting, void *one, void *other)
{
    char *left = setting_member(setting, one), *right = setting_member(setting, other);
    size_t size =
        setting_kind_owns_text(setting->kind) ? sizeof(char *) : size_of(setting->kind);

    for (size_t i = 0; i < size; i++) {
        char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}
