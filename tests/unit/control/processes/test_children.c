/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What children are told, in which order, and what becomes of what they say. The children are
 * this program, started again: each writes the names of the messages that it gets to WORDS_FD,
 * a line each, and says what its role is tried with.
 */
#include "../../unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "control/processes/children.h"
#include "ipc/channel.h"

#define WORDS_FD 100
#define WORKERS 2
#define MOST_TURNS 3000

static void
say(const char *who, const char *what)
{
    char line[96];
    int length = snprintf(line, sizeof(line), "%s %s\n", who, what);

    if (write(WORDS_FD, line, (size_t)length) == -1)
        _exit(1);
}

static void
ignore_message(void *owner, const struct message *message)
{
    (void)owner;
    (void)message;
}

static void
ignore_end(void *owner, const char *reason)
{
    (void)owner;
    (void)reason;
}

/* What only the api role may send. */
static void
call(struct channel *channel)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    channel_send(channel, MESSAGE_api_call, &(struct message_api_call){.call_id = 3}, fd);
    channel_send(channel, MESSAGE_api_cancel, &(struct message_api_cancel){.call_id = 3}, -1);
    close(fd);
}

/* After a snapshot: that it is applied, and one message that the other role may send. */
static void
answer(struct channel *channel, bool is_worker, const struct message *message)
{
    channel_send(channel, MESSAGE_applied,
                 &(struct message_applied){.generation = message->as.snapshot.generation}, -1);
    call(channel);
    for (int i = 0; i < 2; i++)
        if ((i == 0) == is_worker)
            channel_send(channel, MESSAGE_health, &(struct message_health){.target_id = 1}, -1);
        else
            channel_send(channel, MESSAGE_target_failures,
                         &(struct message_target_failures){.target_id = 2}, -1);
}

static int
be_a_child(const char *title)
{
    static const struct channel_callbacks callbacks = {ignore_message, ignore_end, NULL};
    const char *who = strchr(title, ' ') + 1;
    struct channel *channel = channel_open(CHANNEL_FD, &callbacks, NULL);
    struct message message;

    while (channel_receive_now(channel, &message)) {
        say(who, message_text(message.type));
        if (message.fd != -1)
            close(message.fd);
        if (message.type == MESSAGE_shutdown)
            break;
        if (message.type == MESSAGE_snapshot)
            answer(channel, strncmp(who, "worker", 6) == 0, &message);
    }
    channel_close(&channel);
    return 0;
}

/* All that children are made of, real; and what they were heard to say. */
struct nursery {
    struct loop *loop;
    struct children_parts parts;
    struct numbers *numbers;
    struct children *children;
    int words[2];
    char heard[8192];
    uint64_t applied;
    unsigned starts, deaths, healths, failures, calls, cancels, ends;
};

static bool
build(void *argument, uint64_t generation, struct snapshot_files *files)
{
    (void)argument;
    (void)generation;
    *files = (struct snapshot_files){.base_number = 7,
                                     .base_fd = open("/dev/null", O_RDONLY | O_CLOEXEC),
                                     .fd = open("/dev/null", O_RDONLY | O_CLOEXEC)};
    return true;
}

static void
on_published(void *argument, uint64_t generation)
{
    struct nursery *nursery = argument;

    (void)generation;
    children_send_snapshot(nursery->children);
}

static void
on_applied(void *argument, uint64_t generation)
{
    struct nursery *nursery = argument;

    nursery->applied = generation;
}

static void
on_health(void *argument, const struct message_health *message)
{
    struct nursery *nursery = argument;

    assert_true(message->target_id == 1);
    nursery->healths++;
}

static void
on_failures(void *argument, const struct message_target_failures *message)
{
    struct nursery *nursery = argument;

    assert_true(message->target_id == 2);
    nursery->failures++;
}

static void
on_metrics(void *argument, uint64_t query_id, int fd)
{
    (void)argument;
    (void)query_id;
    close(fd);
}

static bool
on_api_call(void *argument, uint64_t call_id, int fd)
{
    struct nursery *nursery = argument;

    assert_true(call_id == 3);
    close(fd);
    return ++nursery->calls == 1;
}

static void
on_api_cancel(void *argument, uint64_t call_id)
{
    struct nursery *nursery = argument;

    assert_true(call_id == 3);
    nursery->cancels++;
}

static void
on_start(void *argument, const struct process *process)
{
    struct nursery *nursery = argument;

    assert_true(process->pid != 0);
    nursery->starts++;
}

static void
on_death(void *argument, const struct process *process)
{
    struct nursery *nursery = argument;

    (void)process;
    nursery->deaths++;
}

static void
on_hung(void *argument, const struct process *process)
{
    (void)argument;
    (void)process;
}

static void
on_end(void *argument)
{
    struct nursery *nursery = argument;

    nursery->ends++;
}

static void
open_parts(struct nursery *nursery)
{
    static const struct publisher_callbacks callbacks = {build, on_published};

    nursery->numbers = numbers_new();
    nursery->parts = (struct children_parts){
        .loop = nursery->loop,
        .board = counter_board_new(WORKERS),
        .sockets = listener_sockets_new(WORKERS, nursery->numbers),
        .access_channels = access_channels_new(WORKERS),
        .failure_channels = access_channels_new(WORKERS),
        .observer_fds = observer_fds_new(),
        .certificates = certificate_store_new(),
        .ticket_keys = ticket_keys_new(nursery->loop, NULL, NULL),
        .publisher = publisher_new(nursery->loop, &callbacks, nursery),
        .log_level = LOG_LEVEL_NOTICE,
    };
}

/* Three children, started; a snapshot is there before them when is_published. */
static void
begin(struct nursery *nursery, bool is_published)
{
    static const struct children_callbacks callbacks = {
        on_applied,    on_health, on_failures, on_metrics, on_api_call,
        on_api_cancel, on_start,  on_death,    on_hung,    on_end};

    *nursery = (struct nursery){.loop = loop_new()};
    assert_int_equal(pipe2(nursery->words, O_CLOEXEC | O_NONBLOCK), 0);
    assert_int_equal(dup2(nursery->words[1], WORDS_FD), WORDS_FD); /* children inherit it */
    open_parts(nursery);
    nursery->children = children_new(&nursery->parts, WORKERS, &callbacks, nursery);
    if (is_published)
        publisher_publish(nursery->parts.publisher);
    struct privileges privileges = {getuid(), getgid()};
    children_start(nursery->children, &privileges);
}

static void
end(struct nursery *nursery)
{
    children_free(&nursery->children);
    publisher_free(&nursery->parts.publisher);
    observer_fds_free(&nursery->parts.observer_fds);
    certificate_store_free(&nursery->parts.certificates);
    ticket_keys_free(&nursery->parts.ticket_keys);
    access_channels_free(&nursery->parts.access_channels);
    access_channels_free(&nursery->parts.failure_channels);
    listener_sockets_free(&nursery->parts.sockets);
    counter_board_free(&nursery->parts.board);
    numbers_free(&nursery->numbers);
    loop_free(&nursery->loop);
    close(nursery->words[0]);
    close(nursery->words[1]);
    close(WORDS_FD);
}

static void
hear(struct nursery *nursery)
{
    size_t length = strlen(nursery->heard);
    ssize_t got =
        read(nursery->words[0], nursery->heard + length, sizeof(nursery->heard) - length - 1);

    if (got > 0)
        nursery->heard[length + (size_t)got] = '\0';
}

/* How often a child got a message. */
static unsigned
count(const struct nursery *nursery, const char *line)
{
    unsigned number = 0;

    for (const char *at = nursery->heard; (at = strstr(at, line)) != NULL; at += strlen(line))
        number++;
    return number;
}

static void
wait_for_line(struct nursery *nursery, const char *line, unsigned times)
{
    for (int turn = 0; turn < MOST_TURNS && count(nursery, line) < times; turn++) {
        loop_turn(nursery->loop, 10);
        hear(nursery);
    }
    assert_int_equal(count(nursery, line), times);
}

static void
wait_for_applied(struct nursery *nursery, uint64_t generation)
{
    for (int turn = 0; turn < MOST_TURNS && nursery->applied < generation; turn++)
        loop_turn(nursery->loop, 10);
    assert_true(nursery->applied == generation);
}

/* Whether a child got these messages in this order, whatever came between. */
static void
assert_order(const struct nursery *nursery, const char *who, const char *words)
{
    size_t length = strlen(who);

    for (const char *line = nursery->heard; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *word = line + length + 1;
        size_t wanted = strcspn(words, " ");
        if (strncmp(line, who, length) == 0 && line[length] == ' ' &&
            strcspn(word, "\n") == wanted && strncmp(word, words, wanted) == 0)
            words += words[wanted] == ' ' ? wanted + 1 : wanted;
    }
    assert_string_equal(words, ""); /* what did not come, or not in its turn */
}

static void
a_worker_gets_what_a_snapshot_needs_before_the_snapshot(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    wait_for_line(&nursery, "worker 1 snapshot\n", 1);
    wait_for_line(&nursery, "worker 2 snapshot\n", 1);
    wait_for_line(&nursery, "observer snapshot\n", 1);
    assert_order(&nursery, "worker 1", "hello counters access_channel snapshot_base snapshot");
    assert_order(&nursery, "observer", "hello counters metrics_close snapshot_base snapshot");
    /* Control's, each worker's, the logger's and the api role's. */
    assert_int_equal(count(&nursery, "worker 1 counters\n"), WORKERS + 3);
    assert_int_equal(nursery.starts, WORKERS + 1);
    end(&nursery);
}

static void
a_child_that_starts_before_the_first_snapshot_gets_it_later(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, false);
    wait_for_line(&nursery, "worker 2 access_channel\n", 2);
    assert_int_equal(count(&nursery, "snapshot"), 0);
    publisher_publish(nursery.parts.publisher);
    wait_for_applied(&nursery, 1);
    end(&nursery);
}

static void
the_base_goes_out_only_when_it_is_another_one(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    publisher_publish(nursery.parts.publisher);
    wait_for_applied(&nursery, 2);
    wait_for_line(&nursery, "worker 1 snapshot\n", 2);
    assert_int_equal(count(&nursery, "worker 1 snapshot_base\n"), 1);
    end(&nursery);
}

static void
connections_close_behind_the_snapshot_that_takes_their_target_away(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    wait_for_applied(&nursery, 1);
    children_close_target(nursery.children, 5, true);
    publisher_publish(nursery.parts.publisher);
    wait_for_line(&nursery, "worker 1 target_close\n", 1);
    wait_for_line(&nursery, "worker 2 target_close\n", 1);
    assert_order(&nursery, "worker 1", "snapshot snapshot target_close");
    publisher_publish(nursery.parts.publisher);
    wait_for_line(&nursery, "worker 1 snapshot\n", 3);
    assert_int_equal(count(&nursery, "target_close"), WORKERS);
    assert_int_equal(count(&nursery, "observer target_close"), 0);
    end(&nursery);
}

/* Each child also sends what only the other kind may. */
static void
believes_only_who_may_say_it(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    for (int turn = 0; turn < MOST_TURNS && (nursery.healths < 1 || nursery.failures < WORKERS);
         turn++)
        loop_turn(nursery.loop, 10);
    publisher_publish(nursery.parts.publisher);
    for (int turn = 0; turn < MOST_TURNS && (nursery.healths < 2 || nursery.failures < 4);
         turn++)
        loop_turn(nursery.loop, 10);
    assert_int_equal(nursery.healths, 2);
    assert_int_equal(nursery.failures, 2 * WORKERS);
    end(&nursery);
}

/* A socket for the api role that there is from now on. */
static void
open_api(struct nursery *nursery, char *path)
{
    struct config config = {.path = (char[]){"F"}, .api_unix = path};
    struct config_errors errors = {0};

    assert_true(observer_fds_prepare(nursery->parts.observer_fds, &config, &errors));
    observer_fds_commit(nursery->parts.observer_fds);
    children_send_api_listener(nursery->children);
}

static void
close_api(struct nursery *nursery)
{
    struct config config = {.path = (char[]){"F"}};
    struct config_errors errors = {0};

    assert_true(observer_fds_prepare(nursery->parts.observer_fds, &config, &errors));
    observer_fds_commit(nursery->parts.observer_fds);
    children_send_api_listener(nursery->children);
}

static void
there_is_an_api_role_while_it_has_a_listener(void **state)
{
    struct nursery nursery;
    char path[] = "/tmp/fairlead-test-XXXXXX/api.sock";
    (void)state;

    *strrchr(path, '/') = '\0';
    assert_non_null(mkdtemp(path));
    path[strlen(path)] = '/';
    begin(&nursery, true);
    wait_for_applied(&nursery, 1);
    assert_int_equal(nursery.calls, 0);
    open_api(&nursery, path);
    wait_for_line(&nursery, "api snapshot\n", 1);
    assert_order(&nursery, "api",
                 "hello counters access_channel api_listener snapshot_base snapshot");
    assert_int_equal(count(&nursery, "api access_channel\n"), WORKERS);
    assert_int_equal(count(&nursery, "api counters\n"), WORKERS + 3);
    for (int turn = 0; turn < MOST_TURNS && nursery.cancels < 1; turn++)
        loop_turn(nursery.loop, 10);
    assert_int_equal(nursery.calls, 1);
    close_api(&nursery);
    wait_for_line(&nursery, "api shutdown\n", 1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(nursery.deaths, 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
    end(&nursery);
}

static void
one_that_dies_is_told_everything_again(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    wait_for_applied(&nursery, 1);
    wait_for_line(&nursery, "worker 1 snapshot\n", 1);
    kill(processes_at(children_processes(nursery.children), 1)->pid, SIGKILL);
    wait_for_line(&nursery, "worker 1 snapshot\n", 2);
    assert_int_equal(nursery.deaths, 1);
    assert_int_equal(count(&nursery, "worker 1 snapshot_base\n"), 2);
    assert_int_equal(count(&nursery, "worker 2 hello\n"), 1);
    end(&nursery);
}

static void
checks_go_to_the_observer_alone(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    wait_for_applied(&nursery, 1);
    children_check_target(nursery.children, 9);
    wait_for_line(&nursery, "observer check_now\n", 1);
    assert_int_equal(count(&nursery, "check_now"), 1);
    end(&nursery);
}

static void
tells_when_all_have_ended(void **state)
{
    struct nursery nursery;
    (void)state;

    begin(&nursery, true);
    wait_for_applied(&nursery, 1);
    processes_stop(children_processes(nursery.children), 10000);
    for (int turn = 0; turn < MOST_TURNS && nursery.ends == 0; turn++)
        loop_turn(nursery.loop, 10);
    assert_int_equal(nursery.ends, 1);
    hear(&nursery);
    assert_int_equal(count(&nursery, " shutdown\n"), WORKERS + 1);
    end(&nursery);
}

int
main(int count_of_arguments, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_gets_what_a_snapshot_needs_before_the_snapshot),
        cmocka_unit_test(a_child_that_starts_before_the_first_snapshot_gets_it_later),
        cmocka_unit_test(the_base_goes_out_only_when_it_is_another_one),
        cmocka_unit_test(connections_close_behind_the_snapshot_that_takes_their_target_away),
        cmocka_unit_test(believes_only_who_may_say_it),
        cmocka_unit_test(there_is_an_api_role_while_it_has_a_listener),
        cmocka_unit_test(one_that_dies_is_told_everything_again),
        cmocka_unit_test(checks_go_to_the_observer_alone),
        cmocka_unit_test(tells_when_all_have_ended),
    };

    if (count_of_arguments == 1 && strncmp(arguments[0], "fairlead: ", 10) == 0)
        return be_a_child(arguments[0]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
