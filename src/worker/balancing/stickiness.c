/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cookie says is a struct ticket, sealed: which kind, which group, which target or
 * weighted group, and since when. The browser keeps a cookie for seven days; how long it holds
 * is decided here.
 */
#include "worker/balancing/stickiness.h"

#include "base/clock.h"
#include "ipc/access_record.h"
#include "net/seal.h"
#include "worker/shared/context.h"

enum ticket_kind { TICKET_TARGET = 1, TICKET_GROUP = 2, TICKET_APPLICATION = 3 };

/* In requests from other sites' pages, browsers send the second one, with SameSite=None. */
static const struct {
    struct slice name;
    struct slice cors_name;
} cookies[] = {
    [TICKET_TARGET] = {{"AWSALB", 6}, {"AWSALBCORS", 10}},
    [TICKET_GROUP] = {{"AWSALBTG", 8}, {"AWSALBTGCORS", 12}},
    [TICKET_APPLICATION] = {{"AWSALBAPP-0", 11}, {NULL, 0}},
};

#define COOKIE_LIFE_S (7 * 24 * 3600)

/* No padding: it is sealed as bytes. */
struct ticket {
    uint64_t kind;
    uint64_t scope;    /* hash of the group's name, or of the rule's groups */
    uint64_t identity; /* of the target, or hash of the group's name */
    uint64_t since_s;
};

#define TICKET_TEXT SEAL_TEXT_SIZE(sizeof(struct ticket))

static uint64_t
now_s(void)
{
    return clock_wall_us() / 1000000;
}

static uint64_t
hash_group(const struct snapshot *snapshot, uint32_t group)
{
    return slice_hash(SLICE_HASH_START,
                      snapshot_slice(snapshot, snapshot_group(snapshot, group)->name));
}

/* A rule is known by its groups: their weights may change without ending the stickiness. */
static uint64_t
hash_action(const struct snapshot *snapshot, const struct snapshot_action *action)
{
    uint64_t hash = SLICE_HASH_START;

    for (uint32_t i = 0; i < action->weighted_groups.count; i++)
        hash = hash * 31 +
               hash_group(
                   snapshot,
                   snapshot_weighted_group(snapshot, action->weighted_groups.first + i)->group);
    return hash;
}

/* The value of a cookie of the request; the n-th of that name is not looked for. */
static struct slice
find_cookie(const struct http_head *request, struct slice name)
{
    const struct http_field *field = http_head_find(request, HTTP_FIELD_COOKIE);

    for (; field != NULL; field = http_head_find_next(request, field)) {
        struct slice rest = field->value, pair;
        while (slice_next(&rest, ';', &pair)) {
            size_t equals = slice_find(pair, '=');
            if (equals < pair.length && slice_equal(slice_make(pair.at, equals), name))
                return slice_make(pair.at + equals + 1, pair.length - equals - 1);
        }
    }
    return SLICE_NONE;
}

static struct slice
find_sealed(const struct http_head *request, enum ticket_kind kind)
{
    struct slice text = SLICE_NONE;

    if (cookies[kind].cors_name.length > 0)
        text = find_cookie(request, cookies[kind].cors_name);
    return text.length > 0 ? text : find_cookie(request, cookies[kind].name);
}

static bool
open_ticket(const struct stickiness *asked, struct slice text, enum ticket_kind kind,
            uint64_t scope, struct ticket *ticket)
{
    return text.length > 0 &&
           seal_open(asked->view->settings->stickiness_key, text, ticket, sizeof(*ticket)) &&
           ticket->kind == (uint64_t)kind && ticket->scope == scope &&
           ticket->since_s <= now_s() + 60;
}

static bool
is_over(const struct ticket *ticket, uint32_t seconds)
{
    return now_s() > ticket->since_s + seconds;
}

uint32_t
stickiness_find_group(const struct stickiness *asked, const struct snapshot_action *action)
{
    const struct snapshot *snapshot = asked->view->snapshot;
    struct ticket ticket;

    if (action->stickiness_seconds == 0)
        return SNAPSHOT_NO_INDEX;
    struct slice text = find_sealed(asked->request, TICKET_GROUP);
    if (!open_ticket(asked, text, TICKET_GROUP, hash_action(snapshot, action), &ticket) ||
        is_over(&ticket, action->stickiness_seconds))
        return SNAPSHOT_NO_INDEX;
    for (uint32_t i = 0; i < action->weighted_groups.count; i++) {
        uint32_t row = action->weighted_groups.first + i;
        if (hash_group(snapshot, snapshot_weighted_group(snapshot, row)->group) ==
            ticket.identity)
            return row;
    }
    return SNAPSHOT_NO_INDEX;
}

static uint64_t
hash_choice_group(const struct stickiness *asked)
{
    return slice_hash(SLICE_HASH_START,
                      snapshot_slice(asked->choice_view->snapshot, asked->group->group->name));
}

static uint32_t
find_selectable(const struct stickiness *asked, uint64_t identity)
{
    const struct view *view = asked->choice_view;

    for (uint32_t i = 0; i < asked->group->selectable_count; i++) {
        uint32_t index = asked->group->selectable[i];
        if (view->targets[index]->identity == identity && !view->targets[index]->is_closed)
            return index;
    }
    return SNAPSHOT_NO_INDEX;
}

/* The sealed text that the group's kind of stickiness looks at. */
static struct slice
find_target_cookie(const struct stickiness *asked, enum ticket_kind *kind)
{
    const struct snapshot_group *group = asked->group->group;
    const struct http_head *request = asked->request;

    if (group->stickiness_type == STICKINESS_APP_COOKIE) {
        struct slice name =
            snapshot_slice(asked->choice_view->snapshot, group->app_cookie_name);
        *kind = TICKET_APPLICATION;
        if (find_cookie(request, name).at == NULL)
            return SLICE_NONE;
    } else {
        *kind = TICKET_TARGET;
    }
    return find_sealed(request, *kind);
}

uint32_t
stickiness_find_target(const struct stickiness *asked)
{
    const struct snapshot_group *group = asked->group->group;
    enum ticket_kind kind = TICKET_TARGET;
    struct ticket ticket;
    uint32_t index = SNAPSHOT_NO_INDEX;
    struct slice text = find_target_cookie(asked, &kind);
    uint32_t seconds =
        kind == TICKET_APPLICATION ? group->app_cookie_seconds : group->lb_cookie_seconds;

    if (text.length == 0)
        return SNAPSHOT_NO_INDEX;
    if (open_ticket(asked, text, kind, hash_choice_group(asked), &ticket) &&
        !is_over(&ticket, seconds))
        index = find_selectable(asked, ticket.identity);
    if (index == SNAPSHOT_NO_INDEX)
        counter_add(&asked->worker->counters->groups[group->counter_row].non_sticky_requests,
                    1);
    return index;
}

/* "Set-Cookie: NAME=VALUE; Expires=DATE; Path=/" and what is particular to it. */
static void
write_set_cookie(struct text *fields, struct slice name, struct slice value, struct slice rest)
{
    static struct clock_http_date expiry;

    text_add_literal(fields, "Set-Cookie: ");
    text_add_slice(fields, name);
    text_add_byte(fields, '=');
    text_add_slice(fields, value);
    text_add_literal(fields, "; Expires=");
    text_add_bytes(fields, clock_http_date_of(&expiry, now_s() + COOKIE_LIFE_S),
                   CLOCK_HTTP_DATE_LENGTH);
    text_add_literal(fields, "; Path=/");
    text_add_slice(fields, rest);
    text_add_literal(fields, "\r\n");
}

static void
write_cookie(const struct stickiness *asked, const struct ticket *ticket, struct text *fields)
{
    char sealed[TICKET_TEXT];

    size_t length =
        seal_close(asked->view->settings->stickiness_key, ticket, sizeof(*ticket), sealed);
    if (length == 0)
        return;
    struct slice value = slice_make(sealed, length);
    write_set_cookie(fields, cookies[ticket->kind].name, value, SLICE_NONE);
    if (cookies[ticket->kind].cors_name.length > 0)
        write_set_cookie(fields, cookies[ticket->kind].cors_name, value,
                         SLICE_LITERAL("; SameSite=None"));
}

/* Whether the application set the cookie that its group's stickiness waits for. */
static bool
sets_app_cookie(const struct stickiness *asked, const struct http_head *response)
{
    struct slice name =
        snapshot_slice(asked->choice_view->snapshot, asked->group->group->app_cookie_name);
    const struct http_field *field = http_head_find(response, HTTP_FIELD_SET_COOKIE);

    for (; field != NULL; field = http_head_find_next(response, field))
        if (slice_equal(slice_trim(slice_make(field->value.at, slice_find(field->value, '='))),
                        name))
            return true;
    return false;
}

static void
write_target_cookie(const struct stickiness *asked, uint64_t identity,
                    const struct http_head *response, struct text *fields)
{
    const struct snapshot_group *group = asked->group->group;
    struct ticket ticket = {.kind = TICKET_TARGET,
                            .scope = hash_choice_group(asked),
                            .identity = identity,
                            .since_s = now_s()};

    if (group->stickiness_type == STICKINESS_LB_COOKIE) {
        write_cookie(asked, &ticket, fields);
    } else if (sets_app_cookie(asked, response)) {
        ticket.kind = TICKET_APPLICATION;
        write_cookie(asked, &ticket, fields);
    }
}

void
stickiness_write_cookies(const struct stickiness *asked, const struct snapshot_action *action,
                         uint64_t identity, const struct http_head *response,
                         struct text *fields)
{
    /* Its duration counts from the first issue: a valid one is not renewed. */
    if (action->stickiness_seconds > 0 &&
        stickiness_find_group(asked, action) == SNAPSHOT_NO_INDEX) {
        struct ticket ticket = {.kind = TICKET_GROUP,
                                .scope = hash_action(asked->view->snapshot, action),
                                .identity = hash_choice_group(asked),
                                .since_s = now_s()};
        write_cookie(asked, &ticket, fields);
    }
    if ((asked->group->group->flags & GROUP_STICKINESS) != 0)
        write_target_cookie(asked, identity, response, fields);
}
