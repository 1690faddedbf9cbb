/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of nodes by recursive descent; depth and length are bounded. "not" binds closest, then
 * "and", then "or". Start reading at read_any.
 */
#include "control/scheduler/cluster_query.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define DEPTH_MOST 20
#define VALUES_MOST 100
/* Of a pattern and of what it is compared with: regexec has no bound of its own. */
#define PATTERN_MOST 128

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TERM };

enum query_operator {
    OPERATOR_EQUALS,
    OPERATOR_NOT_EQUALS,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_EXISTS,
    OPERATOR_NOT_EXISTS,
    OPERATOR_IN,
    OPERATOR_NOT_IN,
    OPERATOR_MATCHES,
    OPERATOR_NOT_MATCHES,
    OPERATOR_COUNT
};

/* Longer ones first where one begins with another. */
static const struct {
    const char *sign, *word;
} operators[OPERATOR_COUNT] = {
    [OPERATOR_EQUALS] = {"==", "equals"},
    [OPERATOR_NOT_EQUALS] = {"!=", "not_equals"},
    [OPERATOR_GREATER] = {">", "greater_than"},
    [OPERATOR_GREATER_EQUAL] = {">=", "greater_than_equal"},
    [OPERATOR_LESS] = {"<", "less_than"},
    [OPERATOR_LESS_EQUAL] = {"<=", "less_than_equal"},
    [OPERATOR_EXISTS] = {"exists", "exists"},
    [OPERATOR_NOT_EXISTS] = {"!exists", "not_exists"},
    [OPERATOR_IN] = {"in", "in"},
    [OPERATOR_NOT_IN] = {"!in", "not_in"},
    [OPERATOR_MATCHES] = {"=~", "matches"},
    [OPERATOR_NOT_MATCHES] = {"!~", "not_matches"},
};

struct node {
    enum node_kind kind;
    struct node *one, *other;
    /* of a term */
    char *subject;
    enum query_operator operator;
    char **values;
    size_t value_count;
    regex_t pattern;
    bool has_pattern;
};

struct cluster_query {
    struct node *root;
};

struct reader {
    const char *text, *at;
    unsigned depth;
    char *error;
};

static void
fail(struct reader *reader, const char *what)
{
    if (reader->error == NULL)
        reader->error = memory_print("Invalid expression at character %zu: %s",
                                     (size_t)(reader->at - reader->text) + 1, what);
}

static void
skip_blanks(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at))
        reader->at++;
}

static void
free_node(struct node *node)
{
    if (node == NULL)
        return;
    free_node(node->one);
    free_node(node->other);
    for (size_t i = 0; i < node->value_count; i++)
        free(node->values[i]);
    if (node->has_pattern)
        regfree(&node->pattern);
    free(node->values);
    free(node->subject);
    free(node);
}

static bool
is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) ||
           (byte != '\0' && strchr("._-/:\\*^$+?|@", byte) != NULL);
}

static size_t
word_length(const char *at)
{
    size_t length = 0;

    while (is_word_byte(at[length]))
        length++;
    return length;
}

/* Whether the sign stands there; one that is a word is not the beginning of a longer one. */
static bool
take(struct reader *reader, const char *sign)
{
    size_t length = strlen(sign);
    bool is_word = isalpha((unsigned char)sign[length - 1]);

    skip_blanks(reader);
    if (strncmp(reader->at, sign, length) != 0 || (is_word && is_word_byte(reader->at[length])))
        return false;
    reader->at += length;
    return true;
}

static struct node *
new_node(enum node_kind kind, struct node *one, struct node *other)
{
    struct node *node = memory_take(1, sizeof(*node));

    node->kind = kind;
    node->one = one;
    node->other = other;
    return node;
}

/* A word, or anything between quotation marks. NULL: neither. */
static char *
read_value(struct reader *reader)
{
    skip_blanks(reader);
    char quote = *reader->at;
    if (quote == '"' || quote == '\'') {
        const char *end = strchr(reader->at + 1, quote);
        if (end == NULL) {
            fail(reader, "a quotation mark is not closed");
            return NULL;
        }
        char *value = memory_copy_bytes(reader->at + 1, (size_t)(end - reader->at - 1));
        reader->at = end + 1;
        return value;
    }
    size_t length = word_length(reader->at);
    if (length == 0) {
        fail(reader, "a value is missing");
        return NULL;
    }
    char *value = memory_copy_bytes(reader->at, length);
    reader->at += length;
    return value;
}

/* Takes the value. */
static void
add_value(struct node *term, char *value)
{
    term->values = memory_resize(term->values, term->value_count + 1, sizeof(char *));
    term->values[term->value_count++] = value;
}

static void
read_list(struct reader *reader, struct node *term)
{
    if (!take(reader, "[")) {
        fail(reader, "a list in brackets is missing: [a, b]");
        return;
    }
    do {
        char *value = read_value(reader);
        if (value == NULL)
            return;
        add_value(term, value);
        if (term->value_count > VALUES_MOST)
            fail(reader, "the list is too long");
    } while (reader->error == NULL && take(reader, ","));
    if (reader->error == NULL && !take(reader, "]"))
        fail(reader, "the list is not closed");
}

static void
read_pattern(struct reader *reader, struct node *term)
{
    char *value = read_value(reader);

    if (value == NULL)
        return;
    add_value(term, value);
    if (strlen(value) > PATTERN_MOST)
        fail(reader, "the pattern is too long");
    else if (regcomp(&term->pattern, value, REG_EXTENDED | REG_NOSUB) != 0)
        fail(reader, "the pattern is no regular expression");
    else
        term->has_pattern = true;
}

/* How much of the text a form takes; 0: it does not stand there. */
static size_t
length_of(const struct reader *reader, const char *form)
{
    struct reader ahead = *reader;

    return take(&ahead, form) ? (size_t)(ahead.at - reader->at) : 0;
}

/* The longest that fits. */
static bool
read_operator(struct reader *reader, struct node *term)
{
    size_t best = 0;

    skip_blanks(reader);
    for (size_t i = 0; i < 2 * OPERATOR_COUNT; i++) {
        const char *form = i % 2 == 0 ? operators[i / 2].sign : operators[i / 2].word;
        size_t length = length_of(reader, form);
        if (length <= best)
            continue;
        best = length;
        term->operator=(enum query_operator)(i / 2);
    }
    reader->at += best;
    return best > 0;
}

static bool
is_subject(const char *subject)
{
    static const char *const words[] = {"agentConnected", "agentVersion",      "ec2InstanceId",
                                        "registeredAt",   "runningTasksCount", "task:group"};

    if (strncmp(subject, "attribute:", 10) == 0)
        return subject[10] != '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(subject, words[i]) == 0)
            return true;
    return false;
}

static void
read_arguments(struct reader *reader, struct node *term)
{
    switch (term->operator) {
    case OPERATOR_EXISTS:
    case OPERATOR_NOT_EXISTS:
        return;
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        read_list(reader, term);
        return;
    case OPERATOR_MATCHES:
    case OPERATOR_NOT_MATCHES:
        read_pattern(reader, term);
        return;
    default: {
        char *value = read_value(reader);
        if (value != NULL)
            add_value(term, value);
    }
    }
}

static struct node *
read_term(struct reader *reader)
{
    struct node *term = new_node(NODE_TERM, NULL, NULL);

    skip_blanks(reader);
    size_t length = word_length(reader->at);
    term->subject = memory_copy_bytes(reader->at, length);
    if (!is_subject(term->subject)) {
        fail(reader, "a subject is expected: attribute:NAME, task:group, agentConnected, "
                     "ec2InstanceId, runningTasksCount");
        return term;
    }
    reader->at += length;
    if (!read_operator(reader, term))
        fail(reader, "an operator is expected: ==, !=, >, >=, <, <=, exists, !exists, in, !in, "
                     "=~, !~");
    else
        read_arguments(reader, term);
    return term;
}

static struct node *read_any(struct reader *reader);

static struct node *
read_one(struct reader *reader)
{
    struct node *node;

    if (++reader->depth > DEPTH_MOST) {
        fail(reader, "it is nested too deeply");
        node = NULL;
    } else if (take(reader, "(")) {
        node = read_any(reader);
        if (reader->error == NULL && !take(reader, ")"))
            fail(reader, "a parenthesis is not closed");
    } else if (take(reader, "not") || take(reader, "!")) {
        node = new_node(NODE_NOT, read_one(reader), NULL);
    } else {
        node = read_term(reader);
    }
    reader->depth--;
    return node;
}

static struct node *
read_all(struct reader *reader)
{
    struct node *node = read_one(reader);

    while (reader->error == NULL && (take(reader, "&&") || take(reader, "and")))
        node = new_node(NODE_AND, node, read_one(reader));
    return node;
}

static struct node *
read_any(struct reader *reader)
{
    struct node *node = read_all(reader);

    while (reader->error == NULL && (take(reader, "||") || take(reader, "or")))
        node = new_node(NODE_OR, node, read_all(reader));
    return node;
}

struct cluster_query *
cluster_query_read(const char *text, char **error)
{
    struct reader reader = {.text = text, .at = text};
    struct cluster_query *query = memory_take(1, sizeof(*query));

    if (strlen(text) > CLUSTER_QUERY_MOST)
        fail(&reader, "it is too long");
    else
        query->root = read_any(&reader);
    skip_blanks(&reader);
    if (reader.error == NULL && *reader.at != '\0')
        fail(&reader, "this is too much: 'and' or 'or' is expected");
    if (reader.error == NULL)
        return query;
    if (error != NULL)
        *error = reader.error;
    else
        free(reader.error);
    cluster_query_free(&query);
    return NULL;
}

void
cluster_query_free(struct cluster_query **query)
{
    if (*query == NULL)
        return;
    free_node((*query)->root);
    free(*query);
    *query = NULL;
}

/* The subject's value; NULL: it has none. Numbers are written into the memory. */
static const char *
value_of(const struct node *term, const struct cluster_query_subject *subject, char memory[16])
{
    if (strncmp(term->subject, "attribute:", 10) == 0)
        return json_string_value(json_object_get(subject->attributes, term->subject + 10));
    if (strcmp(term->subject, "agentConnected") == 0)
        return subject->is_connected ? "true" : "false";
    if (strcmp(term->subject, "ec2InstanceId") == 0)
        return subject->instance_id;
    if (strcmp(term->subject, "runningTasksCount") == 0) {
        snprintf(memory, 16, "%u", subject->running_tasks);
        return memory;
    }
    return NULL;
}

/* Numbers as numbers, everything else by its bytes. */
static int
compare(const char *one, const char *other)
{
    char *end, *other_end;
    double number = strtod(one, &end), other_number = strtod(other, &other_end);

    if (*one != '\0' && *end == '\0' && *other != '\0' && *other_end == '\0')
        return number < other_number ? -1 : number > other_number;
    return strcmp(one, other);
}

static bool
is_among(const struct node *term, const char *value)
{
    for (size_t i = 0; i < term->value_count; i++)
        if (strcmp(term->values[i], value) == 0)
            return true;
    return false;
}

/* Of operators and their opposites the plain one; a subject without a value is not compared. */
static bool
holds_for(const struct node *term, const char *value)
{
    switch (term->operator) {
    case OPERATOR_EXISTS:
        return value != NULL;
    case OPERATOR_NOT_EXISTS:
        return value == NULL;
    case OPERATOR_NOT_EQUALS:
        return value == NULL || compare(value, term->values[0]) != 0;
    case OPERATOR_NOT_IN:
        return value == NULL || !is_among(term, value);
    case OPERATOR_NOT_MATCHES:
        return value == NULL || regexec(&term->pattern, value, 0, NULL, 0) != 0;
    default:
        break;
    }
    if (value == NULL)
        return false;
    switch (term->operator) {
    case OPERATOR_EQUALS:
        return compare(value, term->values[0]) == 0;
    case OPERATOR_GREATER:
        return compare(value, term->values[0]) > 0;
    case OPERATOR_GREATER_EQUAL:
        return compare(value, term->values[0]) >= 0;
    case OPERATOR_LESS:
        return compare(value, term->values[0]) < 0;
    case OPERATOR_LESS_EQUAL:
        return compare(value, term->values[0]) <= 0;
    case OPERATOR_IN:
        return is_among(term, value);
    default:
        return strlen(value) <= PATTERN_MOST && regexec(&term->pattern, value, 0, NULL, 0) == 0;
    }
}

static bool is_negative(enum query_operator operator)
{
    return operator== OPERATOR_NOT_EQUALS || operator== OPERATOR_NOT_EXISTS || operator==
        OPERATOR_NOT_IN ||
        operator== OPERATOR_NOT_MATCHES;
}

/* An instance has many groups: one of them has to fit, or (negative) all. */
static bool
holds_for_groups(const struct node *term, const struct cluster_query_subject *subject)
{
    bool is_all = is_negative(term->operator);

    if (subject->group_count == 0)
        return holds_for(term, NULL);
    for (size_t i = 0; i < subject->group_count; i++)
        if (holds_for(term, subject->groups[i]) != is_all)
            return !is_all;
    return is_all;
}

static bool
term_holds(const struct node *term, const struct cluster_query_subject *subject)
{
    char memory[16];

    if (strcmp(term->subject, "task:group") == 0)
        return holds_for_groups(term, subject);
    return holds_for(term, value_of(term, subject, memory));
}

static bool
holds(const struct node *node, const struct cluster_query_subject *subject)
{
    switch (node->kind) {
    case NODE_AND:
        return holds(node->one, subject) && holds(node->other, subject);
    case NODE_OR:
        return holds(node->one, subject) || holds(node->other, subject);
    case NODE_NOT:
        return !holds(node->one, subject);
    default:
        return term_holds(node, subject);
    }
}

static bool
asks_for_groups(const struct node *node)
{
    if (node->kind == NODE_TERM)
        return strcmp(node->subject, "task:group") == 0;
    return asks_for_groups(node->one) || (node->other != NULL && asks_for_groups(node->other));
}

bool
cluster_query_asks_for_groups(const struct cluster_query *query)
{
    return asks_for_groups(query->root);
}

bool
cluster_query_holds(const struct cluster_query *query,
                    const struct cluster_query_subject *subject)
{
    return holds(query->root, subject);
}
