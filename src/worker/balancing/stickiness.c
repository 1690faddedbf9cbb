/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which entry of a ticket counts, and for how long: the browser keeps a cookie for seven days;
 * how long an entry holds is decided here. What a target in the same place has set (another
 * balancer behind this one) is taken into the ticket, which is written once.
 */
#include "worker/balancing/stickiness.h"

#include "base/clock.h"
#include "ipc/access_record.h"
#include "worker/balancing/ticket.h"
#include "worker/shared/context.h"

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

/* An entry of this balancer, still without identity. */
static struct ticket_entry
make_entry(const struct stickiness *asked, enum ticket_kind kind, uint64_t scope)
{
    struct slice name = snapshot_slice(asked->view->snapshot, asked->load_balancer);

    return (struct ticket_entry){.balancer = slice_hash(SLICE_HASH_START, name),
                                 .scope = scope,
                                 .since_s = (uint32_t)now_s(),
                                 .kind = (uint32_t)kind};
}

/* What the text says in that scope and has said for less than so many seconds; false: nothing.
 */
static bool
find_identity(const struct stickiness *asked, struct slice text,
              const struct ticket_entry *like, uint32_t seconds, uint64_t *identity)
{
    struct ticket ticket;

    if (text.length == 0)
        return false;
    ticket_read(&ticket, asked->view->settings->stickiness_key, text, now_s());
    const struct ticket_entry *entry = ticket_find(&ticket, like);
    if (entry == NULL || now_s() > (uint64_t)entry->since_s + seconds)
        return false;
    *identity = entry->identity;
    return true;
}

uint32_t
stickiness_find_group(const struct stickiness *asked, const struct snapshot_action *action)
{
    const struct snapshot *snapshot = asked->view->snapshot;
    uint64_t identity;

    if (action->stickiness_seconds == 0)
        return SNAPSHOT_NO_INDEX;
    const struct ticket_entry like =
        make_entry(asked, TICKET_GROUP, hash_action(snapshot, action));
    if (!find_identity(asked, find_sealed(asked->request, TICKET_GROUP), &like,
                       action->stickiness_seconds, &identity))
        return SNAPSHOT_NO_INDEX;
    for (uint32_t i = 0; i < action->weighted_groups.count; i++) {
        uint32_t row = action->weighted_groups.first + i;
        if (hash_group(snapshot, snapshot_weighted_group(snapshot, row)->group) == identity)
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
    uint64_t identity;
    uint32_t index = SNAPSHOT_NO_INDEX;
    struct slice text = find_target_cookie(asked, &kind);
    uint32_t seconds =
        kind == TICKET_APPLICATION ? group->app_cookie_seconds : group->lb_cookie_seconds;

    if (text.length == 0)
        return SNAPSHOT_NO_INDEX;
    const struct ticket_entry like = make_entry(asked, kind, hash_choice_group(asked));
    if (find_identity(asked, text, &like, seconds, &identity))
        index = find_selectable(asked, identity);
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

/* The value that a Set-Cookie field gives to the cookie of that name; at NULL: to another. */
static struct slice
set_value(struct slice field, struct slice name)
{
    struct slice pair = slice_make(field.at, slice_find(field, ';'));
    size_t equals = slice_find(pair, '=');

    if (equals == pair.length || !slice_equal(slice_trim(slice_make(pair.at, equals)), name))
        return SLICE_NONE;
    return slice_trim(slice_make(pair.at + equals + 1, pair.length - equals - 1));
}

/* Takes what the target has set for the cookies of a kind out of its answer: at NULL, nothing.
 */
static struct slice
take_from_answer(struct http_head *response, enum ticket_kind kind)
{
    struct slice taken = SLICE_NONE;

    for (size_t i = 0; i < response->field_count; i++) {
        struct http_field *field = &response->fields[i];
        if (field->id != HTTP_FIELD_SET_COOKIE)
            continue;
        struct slice value = set_value(field->value, cookies[kind].name);
        struct slice cors = cookies[kind].cors_name.length == 0
                                ? SLICE_NONE
                                : set_value(field->value, cookies[kind].cors_name);
        if (value.at == NULL && cors.at == NULL)
            continue;
        taken = value.at != NULL ? value : cors;
        field->is_dropped = true;
    }
    return taken;
}

/* The client's ticket, or what the target has made of it, with this entry in front. */
static void
write_cookie(const struct stickiness *asked, struct http_head *response,
             const struct ticket_entry *entry, struct text *fields)
{
    const uint8_t *key = asked->view->settings->stickiness_key;
    enum ticket_kind kind = (enum ticket_kind)entry->kind;
    struct slice known = take_from_answer(response, kind);
    struct ticket ticket;
    char text[TICKET_TEXT_MAX];

    if (known.length == 0)
        known = find_sealed(asked->request, kind);
    ticket_read(&ticket, key, known, now_s());
    ticket_put(&ticket, entry);
    struct slice value = slice_make(text, ticket_write(&ticket, key, text));
    if (value.length == 0)
        return;
    write_set_cookie(fields, cookies[kind].name, value, SLICE_NONE);
    /* Browsers take SameSite=None with Secure only. */
    if (cookies[kind].cors_name.length > 0)
        write_set_cookie(fields, cookies[kind].cors_name, value,
                         SLICE_LITERAL("; SameSite=None; Secure"));
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
                    struct http_head *response, struct text *fields)
{
    bool is_ours = asked->group->group->stickiness_type == STICKINESS_LB_COOKIE;
    struct ticket_entry entry = make_entry(asked, is_ours ? TICKET_TARGET : TICKET_APPLICATION,
                                           hash_choice_group(asked));

    entry.identity = identity;
    if (is_ours || sets_app_cookie(asked, response))
        write_cookie(asked, response, &entry, fields);
}

void
stickiness_write_cookies(const struct stickiness *asked, const struct snapshot_action *action,
                         uint64_t identity, struct http_head *response, struct text *fields)
{
    /* A group's duration counts from the first issue: a valid one is not renewed. */
    if (action->stickiness_seconds > 0 &&
        stickiness_find_group(asked, action) == SNAPSHOT_NO_INDEX) {
        struct ticket_entry entry =
            make_entry(asked, TICKET_GROUP, hash_action(asked->view->snapshot, action));
        entry.identity = hash_choice_group(asked);
        write_cookie(asked, response, &entry, fields);
    }
    if ((asked->group->group->flags & GROUP_STICKINESS) != 0)
        write_target_cookie(asked, identity, response, fields);
}
