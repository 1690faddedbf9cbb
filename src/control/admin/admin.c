/* SPDX-License-Identifier: Apache-2.0 */
/* Gives each request to the handler of its row, and keeps what answers later. */
#include "control/admin/admin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/admin/admin_api.h"
#include "control/admin/admin_call.h"
#include "control/admin/admin_command.h"
#include "control/admin/admin_socket.h"
#include "control/admin/name_list.h"
#include "ipc/page.h"

#define METRICS_TIMEOUT_MS 5000
#define JSON_TYPE "application/json"
#define STOPPING_CODE "Stopping"
#define STOPPING_TEXT "fairlead is stopping"

struct metrics_wait {
    uint64_t query_id;
    struct admin_request *request;
    struct timer timer;
    struct admin *admin;
    struct admin_wait wait;
    LIST_ENTRY(metrics_wait) link;
};

struct admin {
    struct admin_parts parts;
    bool is_closed; /* control is stopping */
    struct admin_socket *socket;
    struct admin_api *api;
    uint64_t last_query_id;
    LIST_HEAD(, metrics_wait) metrics_waits;
    LIST_HEAD(, admin_wait) waits; /* all calls that are answered later but streams */
};

/* What a path that is not there would be, to who may not know of it. */
static enum admin_access
access_of(const struct admin_match *match, const char *method)
{
    if (match->command != NULL)
        return match->command->access;
    return strcmp(method, "GET") == 0 ? ADMIN_READ : ADMIN_CHANGE;
}

static void
on_request(struct admin_request *request, void *argument)
{
    struct admin *admin = argument;
    struct admin_match match;

    if (admin->is_closed) {
        admin_refuse_stopping(request);
        return;
    }
    admin_command_find(&match, request->method, request->path);
    if (!admin_request_admit(request, access_of(&match, request->method)))
        return;
    struct admin_call call = {.admin = admin, .parts = &admin->parts, .request = request};
    memcpy(call.word, match.word, sizeof(call.word));
    if (match.command != NULL)
        match.command->handler(&call);
    else if (match.is_known_path)
        admin_refuse(request, 405, "MethodNotAllowed", "%s is not for %s", request->path,
                     request->method);
    else
        admin_refuse(request, 404, "NotFound", "there is no %s", request->path);
}

static void
set_api(struct admin *admin, const struct config *config)
{
    admin_api_set_anonymous_reads(admin->api, config->api_anonymous_read);
    admin_api_set_rate(admin->api, config->api_requests_per_second);
}

struct admin *
admin_new(const struct admin_parts *parts)
{
    struct admin *admin = memory_take(1, sizeof(*admin));

    admin->parts = *parts;
    LIST_INIT(&admin->metrics_waits);
    LIST_INIT(&admin->waits);
    admin->socket = admin_socket_open(
        parts->config->admin_socket,
        &(struct admin_socket_parts){parts->loop, parts->children, parts->finishing,
                                     parts->adopted_fd, on_request, admin});
    if (admin->socket == NULL) {
        free(admin);
        return NULL;
    }
    admin->api = admin_api_new(&(struct admin_api_parts){parts->loop, parts->children,
                                                         parts->keys, parts->key_uses,
                                                         parts->events, on_request, admin});
    set_api(admin, parts->config);
    return admin;
}

int
admin_listening_fd(const struct admin *admin)
{
    return admin_socket_fd(admin->socket);
}

void
admin_set_config(struct admin *admin, const struct config *config)
{
    admin->parts.config = config;
    admin->parts.configured_wall_us = clock_wall_us();
    admin->parts.is_refused = false;
    set_api(admin, config);
}

void
admin_note_refusal(struct admin *admin)
{
    admin->parts.is_refused = true;
}

static void
close_metrics_wait(struct metrics_wait *wait)
{
    LIST_REMOVE(wait, link);
    admin_wait_end(&wait->wait);
    timer_close(&wait->timer, wait->admin->parts.loop);
    loop_free_later(wait->admin->parts.loop, wait, NULL);
}

void
admin_close(struct admin *admin)
{
    static const char last_line[] =
        "{\"error\":{\"code\":\"" STOPPING_CODE "\",\"message\":\"" STOPPING_TEXT "\"}}\n";
    struct admin_wait *wait;

    admin->is_closed = true;
    admin_socket_stop(admin->socket);
    while ((wait = LIST_FIRST(&admin->waits)) != NULL)
        wait->on_stop(wait->argument);
    admin_socket_end_streams(admin->socket, slice_of(last_line));
    admin_api_end_streams(admin->api, slice_of(last_line));
}

void
admin_end_streams(struct admin *admin)
{
    static const char last_line[] =
        "{\"error\":{\"code\":\"Upgrading\",\"message\":\"another version of fairlead takes "
        "over: ask again\"}}\n";

    admin_socket_end_streams(admin->socket, slice_of(last_line));
    admin_api_end_streams(admin->api, slice_of(last_line));
}

void
admin_free(struct admin **admin)
{
    if (*admin == NULL)
        return;
    admin_close(*admin);
    admin_socket_free(&(*admin)->socket);
    admin_api_free(&(*admin)->api);
    free(*admin);
    *admin = NULL;
}

void
admin_answer(struct admin_request *request, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_INDENT(2));

    json_decref(object);
    if (text == NULL) /* a text that is not UTF-8 got in */
        text = memory_copy_text("{\"error\": {\"code\": \"InternalError\", \"message\": \"an "
                                "answer could not be written as JSON\"}}");
    admin_request_reply(request, status, JSON_TYPE, slice_of(text));
    free(text);
}

void
admin_refuse(struct admin_request *request, int status, const char *code, const char *format,
             ...)
{
    char message[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    json_t *error = json_object();
    admin_set_text(error, "code", code);
    admin_set_text(error, "message", message);
    admin_answer(request, status, json_pack("{s:o}", "error", error));
}

void
admin_refuse_stopping(struct admin_request *request)
{
    admin_refuse(request, 503, STOPPING_CODE, STOPPING_TEXT);
}

void
admin_wait_begin(struct admin *admin, struct admin_wait *wait)
{
    LIST_INSERT_HEAD(&admin->waits, wait, link);
}

void
admin_wait_end(struct admin_wait *wait)
{
    LIST_REMOVE(wait, link);
}

void
admin_refuse_config(struct admin_request *request, const struct config_errors *errors)
{
    json_t *details = json_array();

    for (size_t i = 0; i < errors->count; i++)
        json_array_append_new(details, json_string(errors->lines[i]));
    admin_answer(request, 400,
                 json_pack("{s:{s:s, s:s, s:o}}", "error", "code", "ValidationError", "message",
                           "the configuration is refused", "details", details));
}

bool
admin_flag(const struct admin_call *call, const char *name)
{
    const char *value = admin_request_parameter(call->request, name);

    return value != NULL &&
           (strcmp(value, "true") == 0 || strcmp(value, "1") == 0 || strcmp(value, "yes") == 0);
}

const struct config_target_group *
admin_find_group(struct admin_call *call, const char *name)
{
    const struct config_target_group *group =
        name == NULL ? NULL : config_find_group(call->parts->config, name);

    if (group != NULL)
        return group;
    char *groups = name_list_of_groups(call->parts->config);
    admin_refuse(call->request, 404, "TargetGroupNotFound",
                 "there is no target group %s; target groups: %s",
                 name == NULL ? "without a name" : name, groups);
    free(groups);
    return NULL;
}

void
admin_set_text(json_t *object, const char *member, const char *text)
{
    json_t *value = text == NULL ? json_null() : json_string(text);

    json_object_set_new(object, member, value != NULL ? value : json_string("(not UTF-8)"));
}

void
admin_set_time(json_t *object, const char *member, uint64_t wall_us)
{
    char text[CLOCK_ISO_SIZE];

    clock_format_iso(text, wall_us);
    admin_set_text(object, member, wall_us == 0 ? NULL : text);
}

void
admin_set_number(json_t *object, const char *member, uint64_t number)
{
    json_object_set_new(object, member, json_integer((json_int_t)number));
}

static void
on_metrics_timeout(void *argument)
{
    struct metrics_wait *wait = argument;

    admin_refuse(wait->request, 504, "ObserverSilent", "the observer did not answer in %d s",
                 METRICS_TIMEOUT_MS / 1000);
    close_metrics_wait(wait);
}

static void
on_metrics_stop(void *argument)
{
    struct metrics_wait *wait = argument;

    admin_refuse_stopping(wait->request);
    close_metrics_wait(wait);
}

void
admin_ask_metrics(struct admin_call *call)
{
    struct admin *admin = call->admin;
    struct process *observer =
        processes_at(children_processes(admin->parts.children), PROCESS_OBSERVER);

    if (!process_is_alive(observer)) {
        admin_refuse(call->request, 503, "ObserverDown", "the observer is being started again");
        return;
    }
    struct metrics_wait *wait = memory_take(1, sizeof(*wait));
    wait->admin = admin;
    wait->query_id = ++admin->last_query_id;
    wait->request = call->request;
    wait->wait.on_stop = on_metrics_stop;
    wait->wait.argument = wait;
    admin_wait_begin(admin, &wait->wait);
    timer_init(&wait->timer, on_metrics_timeout, wait);
    timer_set(&wait->timer, admin->parts.loop, METRICS_TIMEOUT_MS);
    LIST_INSERT_HEAD(&admin->metrics_waits, wait, link);
    process_send(observer, MESSAGE_metrics_query,
                 &(struct message_metrics_query){.query_id = wait->query_id}, -1);
}

static void
reply_with_page(struct admin_request *request, int fd)
{
    const char *error;
    size_t length;
    char *page = page_read(fd, PAGE_BYTES_MAX, &length, &error);

    if (page == NULL) {
        log_warning("the observer's metrics page is refused: %s", error);
        admin_refuse(request, 502, "ObserverFailed", "the observer's page is refused: %s",
                     error);
        return;
    }
    admin_request_reply(request, 200, "text/plain; version=0.0.4; charset=utf-8",
                        slice_make(page, length));
    free(page);
}

bool
admin_api_call(struct admin *admin, uint64_t call_id, int fd)
{
    return admin_api_take(admin->api, call_id, fd);
}

void
admin_api_cancel(struct admin *admin, uint64_t call_id)
{
    admin_api_drop(admin->api, call_id);
}

void
admin_api_forget(struct admin *admin)
{
    if (admin != NULL)
        admin_api_drop_all(admin->api);
}

void
admin_metrics_reply(struct admin *admin, uint64_t query_id, int fd)
{
    struct metrics_wait *wait = NULL;

    if (admin != NULL) {
        LIST_FOREACH (wait, &admin->metrics_waits, link) {
            if (wait->query_id == query_id)
                break;
        }
    }
    if (wait != NULL) {
        reply_with_page(wait->request, fd);
        close_metrics_wait(wait);
    }
    channel_drop_fd(fd);
}
