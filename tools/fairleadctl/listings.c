/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for what a screen needs, and hands it to the screen. */
#include "listings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "actions.h"
#include "answer.h"
#include "base/memory.h"
#include "events_screen.h"
#include "explain_screen.h"
#include "json_text.h"
#include "number.h"
#include "output.h"
#include "screen.h"
#include "status_screen.h"
#include "targets_screen.h"
#include "top_screen.h"
#include "when.h"

#define LOOK_EVERY_MS 100
#define LOOK_SOON_MS 20
#define DEFAULT_WAIT_SECONDS 60
#define TOP_SECONDS 2

enum exit_code
listing_status(struct session *session)
{
    struct admin_answer status = {0}, groups = {0}, problems = {0};

    if (session->is_json && !session_has(session, "--check"))
        return action_show(session);
    enum exit_code code = answer_get(session, "/v1/status", &status);

    if (code == EXIT_DONE)
        code = answer_get(session, "/v1/target-groups", &groups);
    if (code == EXIT_DONE)
        code = answer_get(session, "/v1/problems", &problems);
    if (code == EXIT_DONE) {
        struct status_answers answers = {status.json, groups.json, problems.json};
        if (session->is_json)
            session_show(session, NULL, &status);
        else
            status_screen_print(session->out, &answers);
        if (session_has(session, "--check") && status_needs_somebody(&answers))
            code = EXIT_REFUSED;
    }
    admin_answer_clear(&status);
    admin_answer_clear(&groups);
    admin_answer_clear(&problems);
    return code;
}

/* Which of the groups are shown: all, or the one that is named. */
static bool
is_chosen(const struct session *session, const json_t *group)
{
    const char *name = session_value(session, "GROUP");

    if (name == NULL)
        name = session_value(session, "--group");
    return name == NULL || strcmp(json_word(group, "TargetGroupName"), name) == 0;
}

static enum exit_code
show_group(struct session *session, const json_t *group, json_t *all)
{
    struct admin_answer targets = {0};
    enum exit_code code =
        answer_get_targets(session, json_word(group, "TargetGroupName"), &targets);

    if (code == EXIT_DONE && session->is_json) {
        json_array_extend(all, (json_t *)answer_rows(&targets));
    } else if (code == EXIT_DONE) {
        if (json_array_size(all) != 0)
            putc('\n', session->out);
        json_array_append_new(all, json_null());
        targets_screen_print(session->out, group, answer_rows(&targets),
                             session_value(session, "--state"), &session->size);
    }
    admin_answer_clear(&targets);
    return code;
}

/* A name that no group has is refused by the daemon in its own words. */
static enum exit_code
complain_of_group(struct session *session)
{
    const char *name = session_value(session, "GROUP");
    struct admin_answer answer = {0};
    enum exit_code code =
        name == NULL && !session_has(session, "--group")
            ? EXIT_DONE
            : answer_get_targets(
                  session, name != NULL ? name : session_value(session, "--group"), &answer);

    admin_answer_clear(&answer);
    if (code == EXIT_DONE)
        fputs("no target groups are configured\n", session->out);
    return code;
}

enum exit_code
listing_targets(struct session *session)
{
    struct admin_answer groups = {0};
    enum exit_code code = answer_get(session, "/v1/target-groups", &groups);
    json_t *all = json_array(), *group;
    size_t index, shown = 0;

    json_array_foreach (json_object_get(groups.json, "TargetGroups"), index, group) {
        if (code != EXIT_DONE || !is_chosen(session, group))
            continue;
        code = show_group(session, group, all);
        shown++;
    }
    if (code == EXIT_DONE && session->is_json &&
        (shown > 0 || session_value(session, "GROUP") == NULL)) {
        json_t *object = json_pack("{s:O}", "TargetHealthDescriptions", all);
        answer_print_json(session, object);
        json_decref(object);
    } else if (code == EXIT_DONE && shown == 0) {
        code = complain_of_group(session);
    }
    json_decref(all);
    admin_answer_clear(&groups);
    return code;
}

enum exit_code
listing_explain(struct session *session)
{
    struct admin_answer answer = {0};
    char *path = action_path(session);
    enum exit_code code = answer_get(session, path, &answer);

    if (code == EXIT_DONE && session->is_json)
        session_show(session, NULL, &answer);
    else if (code == EXIT_DONE)
        explain_screen_print(session->out, answer.json, session_value(session, "-X"),
                             session_value(session, "URL"));
    admin_answer_clear(&answer);
    free(path);
    return code;
}

/* False after a message. */
static bool
read_events_wanted(const struct session *session, struct events_wanted *wanted)
{
    const char *since = session_value(session, "--since");
    const char *last = session_value(session, "--last");
    double span = 0;

    *wanted = (struct events_wanted){.group = session_value(session, "--group"),
                                     .kind = session_value(session, "--kind"),
                                     .is_verbose = session_has(session, "--verbose")};
    if (since != NULL && !when_read_span(since, &span)) {
        output_error("--since takes a time span: 90s, 15m, 1h, 2d; not %s", since);
        return false;
    }
    wanted->since = since == NULL ? 0 : when_now() - span;
    if (last == NULL)
        return true;
    if (!number_read_whole(last, 1, UINT_MAX, &wanted->last))
        output_error("--last takes a number from 1 on, not %s", last);
    return wanted->last != 0;
}

/* What a stream of events is shown by. */
struct follower {
    struct session *session;
    struct events_wanted wanted;
    bool has_failed; /* it ended with an error */
};

static int
on_event(const char *line, void *argument)
{
    struct follower *follower = argument;
    FILE *out = follower->session->out;
    json_t *event = json_loads(line, 0, NULL);

    if (json_object_get(event, "error") != NULL)
        follower->has_failed = true;
    if (event == NULL)
        output_lines(out, line);
    else if (follower->has_failed || events_screen_wants(&follower->wanted, event)) {
        if (follower->session->is_json)
            output_json(out, line);
        else
            events_screen_print_one(out, event);
    }
    fflush(out);
    json_decref(event);
    return ferror(out);
}

static enum exit_code
follow_events(struct session *session, const struct events_wanted *wanted)
{
    struct follower follower = {.session = session, .wanted = *wanted};
    struct admin_call call = {.method = "GET",
                              .path = "/v1/events?follow=true",
                              .on_line = on_event,
                              .argument = &follower};
    struct admin_answer answer = {0};
    enum exit_code code = session_send(session, &call, &answer);

    admin_answer_clear(&answer);
    return code == EXIT_DONE && follower.has_failed ? EXIT_REFUSED : code;
}

enum exit_code
listing_events(struct session *session)
{
    struct events_wanted wanted;
    struct admin_answer answer = {0};
    bool is_narrowed = session_has(session, "--since") || session_has(session, "--last") ||
                       session_has(session, "--group") || session_has(session, "--kind");

    if (!read_events_wanted(session, &wanted))
        return EXIT_USAGE;
    if (session_has(session, "--follow"))
        return follow_events(session, &wanted);
    enum exit_code code =
        answer_get(session, is_narrowed ? "/v1/events?since=0" : "/v1/events", &answer);
    if (code == EXIT_DONE && session->is_json)
        session_show(session, NULL, &answer);
    else if (code == EXIT_DONE)
        events_screen_print(session->out, json_object_get(answer.json, "Events"), &wanted);
    admin_answer_clear(&answer);
    return code;
}

/* All that one drawing of top needs. */
static enum exit_code
draw_top(struct session *session, void *argument)
{
    struct top_screen *top = argument;
    struct admin_answer groups = {0}, metrics = {0};
    json_t *all = json_array();
    enum exit_code code = answer_get(session, "/v1/target-groups", &groups);

    if (code == EXIT_DONE)
        code = answer_get(session, "/v1/metrics", &metrics);
    if (code == EXIT_DONE)
        code = answer_collect(session, json_object_get(groups.json, "TargetGroups"), all);
    if (code == EXIT_DONE)
        top_screen_print(session->out, top,
                         &(struct top_answers){json_object_get(groups.json, "TargetGroups"),
                                               all, metrics.text},
                         &session->size);
    json_decref(all);
    admin_answer_clear(&groups);
    admin_answer_clear(&metrics);
    return code;
}

static void
press_top(void *argument, int key)
{
    top_screen_press(argument, key);
}

/* Once; rates need two looks. */
static enum exit_code
print_top(struct session *session, struct top_screen *top)
{
    const struct timespec pause = {1, 0};
    FILE *nowhere = fopen("/dev/null", "w");

    session->out = nowhere;
    enum exit_code code = draw_top(session, top);
    session->out = stdout;
    fclose(nowhere);
    if (code == EXIT_DONE)
        nanosleep(&pause, NULL);
    return code == EXIT_DONE ? draw_top(session, top) : code;
}

enum exit_code
listing_top(struct session *session)
{
    struct top_screen *top = top_screen_new();
    const struct screen screen = {draw_top, press_top, top, TOP_SECONDS};
    enum exit_code code;

    if (!screen_watch(session, &screen, &code))
        code = print_top(session, top);
    top_screen_free(&top);
    return code;
}

/* How a group does, and how it should. */
struct awaited {
    const char *group;
    unsigned wanted; /* so many healthy ones; 0: all, and at least one */
    double healthy, all;
};

/* Looks once; false after a message. */
static bool
look_at(struct session *session, struct awaited *awaited, enum exit_code *code)
{
    struct admin_answer groups = {0};
    bool is_there = false;
    size_t index;
    json_t *group;

    *code = answer_get(session, "/v1/target-groups", &groups);
    json_array_foreach (json_object_get(groups.json, "TargetGroups"), index, group) {
        if (strcmp(json_word(group, "TargetGroupName"), awaited->group) != 0)
            continue;
        awaited->healthy = json_number(group, "HealthyTargetCount");
        awaited->all = json_number(group, "TargetCount");
        is_there = true;
    }
    admin_answer_clear(&groups);
    if (*code == EXIT_DONE && !is_there) {
        output_error("no target group %s; fairleadctl groups lists them", awaited->group);
        *code = EXIT_REFUSED;
    }
    return *code == EXIT_DONE;
}

static bool
is_as_wanted(const struct awaited *awaited)
{
    if (awaited->wanted != 0)
        return awaited->healthy >= awaited->wanted;
    return awaited->all > 0 && awaited->healthy == awaited->all;
}

static bool
read_timeout(const struct session *session, double *seconds)
{
    const char *timeout = session_value(session, "--timeout");

    *seconds = DEFAULT_WAIT_SECONDS;
    if (timeout == NULL || when_read_span(timeout, seconds))
        return true;
    output_error("--timeout takes a time span: 90s, 15m, 1h, 2d; not %s", timeout);
    return false;
}

/* False after a message. */
static bool
read_awaited(const struct session *session, struct awaited *awaited, double *seconds)
{
    const char *healthy = session_value(session, "--healthy");

    *awaited = (struct awaited){.group = session_value(session, "GROUP")};
    if (healthy != NULL && !number_read_whole(healthy, 1, UINT_MAX, &awaited->wanted)) {
        output_error("--healthy takes a number from 1 on, not %s", healthy);
        return false;
    }
    return read_timeout(session, seconds);
}

enum exit_code
listing_wait(struct session *session)
{
    const struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};
    struct awaited awaited;
    enum exit_code code;
    double seconds;

    if (!read_awaited(session, &awaited, &seconds))
        return EXIT_USAGE;
    double end = when_now() + seconds;
    while (look_at(session, &awaited, &code) && !is_as_wanted(&awaited) && when_now() < end)
        nanosleep(&pause, NULL);
    if (code != EXIT_DONE)
        return code;
    if (is_as_wanted(&awaited)) {
        fprintf(session->out, "%.0f of %.0f healthy\n", awaited.healthy, awaited.all);
        return EXIT_DONE;
    }
    output_error("%s has %.0f of %.0f healthy after %g s; fairleadctl targets %s tells more",
                 awaited.group, awaited.healthy, awaited.all, seconds, awaited.group);
    return EXIT_REFUSED;
}

/* Looks once; false after a message. */
static bool
is_answered(struct session *session, const char *token, bool *is_done, enum exit_code *code)
{
    struct admin_answer challenges = {0};
    size_t index;
    json_t *challenge;

    *is_done = false;
    *code = answer_get(session, "/v1/acme-challenges", &challenges);
    json_array_foreach (json_object_get(challenges.json, "Challenges"), index, challenge) {
        if (strcmp(json_word(challenge, "Token"), token) == 0)
            *is_done = json_is_set(challenge, "IsAnswered");
    }
    admin_answer_clear(&challenges);
    return *code == EXIT_DONE;
}

enum exit_code
listing_wait_challenge(struct session *session)
{
    const struct timespec pause = {0, LOOK_SOON_MS * 1000000L};
    const char *token = session_value(session, "TOKEN");
    enum exit_code code;
    double seconds;
    bool is_done;

    if (!read_timeout(session, &seconds))
        return EXIT_USAGE;
    double end = when_now() + seconds;
    while (is_answered(session, token, &is_done, &code) && !is_done && when_now() < end)
        nanosleep(&pause, NULL);
    if (code != EXIT_DONE || is_done)
        return code;
    output_error("no worker answers %s after %g s: is it a file in acme.challenge_dir, with "
                 "TOKEN.THUMBPRINT in it?",
                 token, seconds);
    return EXIT_REFUSED;
}
