/* SPDX-License-Identifier: Apache-2.0 */
/* In the order in which fairlead decides: listener, rules, group, targets. */
#include "explain_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "json_text.h"
#include "output.h"
#include "terminal.h"

enum { TARGETS_SHOWN = 6, RULES_SHOWN = 12 };

static void
print_text(FILE *file, const char *before, const char *text, const char *after)
{
    fputs(before, file);
    output_text(file, text);
    fputs(after, file);
}

/* Priorities stand below each other. */
static int
priority_width(const json_t *answer)
{
    const json_t *rules = json_object_get(answer, "PassedOver");
    const json_t *last = json_array_get(rules, json_array_size(rules) - 1);
    char *passed = json_text(last, "Priority"), *matched = json_text(answer, "Priority");
    size_t one = strlen(passed), other = strlen(matched);

    free(passed);
    free(matched);
    return (int)(one > other ? one : other);
}

/* "  rule   10  no: path /x does not match /y" */
static void
print_rule(FILE *file, const json_t *rule, int width, const char *verdict)
{
    bool is_yes = strcmp(verdict, "yes") == 0;
    char *priority = json_text(rule, "Priority");
    char *reason = json_text(rule, is_yes ? "ConditionsText" : "Why|ConditionsText");
    char *head = memory_print("  rule %*s  %s: ", width, priority, verdict);

    terminal_tone(file, is_yes ? TONE_GOOD : TONE_DIM);
    output_paragraph(file, head, reason, terminal_width());
    terminal_tone(file, TONE_PLAIN);
    free(head);
    free(reason);
    free(priority);
}

static void
print_passed_over(FILE *file, const json_t *answer, int width)
{
    const json_t *rules = json_object_get(answer, "PassedOver");
    size_t told = json_array_size(rules), shown = told < RULES_SHOWN ? told : RULES_SHOWN;
    double before = json_number(answer, "PassedOverCount") - (double)shown;

    if (before > 0)
        fprintf(file, "  %.0f rule%s before these: no\n", before, before > 1 ? "s" : "");
    for (size_t i = told - shown; i < told; i++)
        print_rule(file, json_array_get(rules, i), width, "no");
}

static void
print_targets(FILE *file, const json_t *targets, double count)
{
    char *text = memory_copy_text("");
    size_t shown = json_array_size(targets);

    shown = shown > TARGETS_SHOWN ? TARGETS_SHOWN : shown;
    for (size_t i = 0; i < shown; i++) {
        char *longer = memory_print("%s%s%s", text, i == 0 ? "" : ", ",
                                    json_string_value(json_array_get(targets, i)));
        free(text);
        text = longer;
    }
    if (count > (double)shown) {
        char *longer = memory_print("%s, and %.0f more", text, count - (double)shown);
        free(text);
        text = longer;
    }
    output_paragraph(file, "    to ", text, terminal_width());
    free(text);
}

/* What is not usual, and turns other clients away with 464. */
static const char *
version_words(const json_t *group)
{
    const char *version = json_word(group, "ProtocolVersion");

    if (strcmp(version, "HTTP2") == 0)
        return ", for HTTP/2 only";
    return strcmp(version, "GRPC") == 0 ? ", for gRPC and POST in HTTP/2 only" : "";
}

static void
print_group(FILE *file, const json_t *group, double weights)
{
    const json_t *targets = json_object_get(group, "Targets");
    double count = (double)json_array_size(targets), weight = json_number(group, "Weight");

    print_text(file, "  group ", json_word(group, "TargetGroupName"), version_words(group));
    if (weights > weight && weights > 0)
        fprintf(file, ", %.0f %% of requests", 100 * weight / weights);
    if (json_is_set(group, "FailsOpen")) {
        terminal_tone(file, TONE_BAD);
        fputs(", FAILS OPEN: all are tried", file);
        terminal_tone(file, TONE_PLAIN);
    }
    if (count == 0) {
        bool is_waiting = json_is_set(group, "IsWaiting");
        terminal_tone(file, is_waiting ? TONE_WARN : TONE_BAD);
        fputs(is_waiting ? ": no target now, the request would be held until one is ready\n"
                         : ": no target, the answer would be 503\n",
              file);
        terminal_tone(file, TONE_PLAIN);
        return;
    }
    putc('\n', file);
    print_targets(file, targets, count);
}

static void
print_groups(FILE *file, const json_t *groups)
{
    double weights = 0;
    size_t index;
    json_t *group;

    json_array_foreach ((json_t *)groups, index, group)
        weights += json_number(group, "Weight");
    json_array_foreach ((json_t *)groups, index, group)
        print_group(file, group, weights);
}

/* What a target would get, where the daemon tells it. */
static void
print_received(FILE *file, const json_t *answer)
{
    const char *text = json_word(answer, "TargetReceives");

    if (*text == '\0')
        return;
    fputs("the target receives\n", file);
    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n");
        char *line = memory_copy_bytes(text, length);
        if (length != 0)
            print_text(file, "  ", line, "\n");
        free(line);
        text += length;
        text += strspn(text, "\r\n");
    }
}

void
explain_screen_print(FILE *file, const json_t *answer, const char *method, const char *url)
{
    const json_t *refused = json_object_get(answer, "Refused");
    int width = priority_width(answer);

    terminal_tone(file, TONE_STRONG);
    print_text(file, method == NULL ? "GET" : method, " ", "");
    print_text(file, "", url, "\n");
    terminal_tone(file, TONE_PLAIN);
    print_text(file, "listener ", json_word(answer, "ListenerName"), "\n");
    if (*json_word(answer, "Note") != '\0')
        output_paragraph(file, "  ", json_word(answer, "Note"), terminal_width());
    if (json_is_object(refused)) {
        terminal_tone(file, TONE_BAD);
        output_paragraph(file, "  ", json_word(answer, "ActionText"), terminal_width());
        terminal_tone(file, TONE_PLAIN);
        return;
    }
    print_passed_over(file, answer, width);
    print_rule(file, answer, width, "yes");
    output_paragraph(file, "  ", json_word(answer, "ActionText"), terminal_width());
    if (*json_word(answer, "Location") != '\0')
        print_text(file, "  Location: ", json_word(answer, "Location"), "\n");
    print_groups(file, json_object_get(answer, "TargetGroups"));
    print_received(file, answer);
}
