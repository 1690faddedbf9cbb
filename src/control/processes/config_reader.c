/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child keeps nothing open but its end of a pipe, writes one answer, and exits. Start
 * reading at config_readers_start and read_in_child.
 */
#include "control/processes/config_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/short_child.h"
#include "base/title.h"
#include "control/certificates/certificate_reader.h"
#include "model/config_inspect.h"
#include "model/config_source.h"

#define READER_TAG 0x72656164
#define READERS_MOST 8
#define TIMEOUT_MS 10000
#define CHUNK_BYTES 65536
/* The text, its lines' places, and what may be wrong with it. */
#define ANSWER_MOST_BYTES ((size_t)16 * CONFIG_SOURCE_MOST_BYTES)

/* A sign of life goes before the verdict each time that so many certificates were read. */
#define CERTIFICATES_A_SIGN 64
/* Certificates in force whose files are told to be wrong one by one. */
#define FAULTS_MOST 100

enum verdict {
    VERDICT_NONE,
    VERDICT_ALIVE = '.',
    VERDICT_REFUSED = 'R',
    VERDICT_CHECKED = 'C',
    VERDICT_TEXT = 'T',
    VERDICT_TOLD = 'D',
    VERDICT_RENEWED = 'N'
};

/* The descriptors that a child keeps, from SHORT_CHILD_FD on. */
enum kept {
    KEPT_ANSWER,
    KEPT_BOOK,
    KEPT_KEYS,
    KEPT_API,
    KEPT_BOOK_IN_FORCE,
    KEPT_KEYS_IN_FORCE,
    KEPT_API_IN_FORCE,
    KEPT_COUNT
};

struct reader {
    uint32_t tag;
    LIST_ENTRY(reader) link;
    struct config_readers *all;
    char *path;
    pid_t pid;
    int fd;
    struct certificate_files certificates;
    struct watch watch;
    struct timer timeout;
    char *bytes; /* of the answer so far */
    size_t length, capacity;
    struct config_answer answer;
    struct alarm_clock handing; /* set: the answer is there */
    config_reader_done *done;   /* NULL: nobody waits any more */
    void *argument;
};

struct config_readers {
    struct loop *loop;
    const struct certificate_files *in_force;
    const struct config_additions *additions;
    LIST_HEAD(, reader) running;
    pid_t unreaped[READERS_MOST]; /* killed, and not yet dead; 0: free */
};

struct config_readers *
config_readers_new(struct loop *loop, const struct certificate_files *in_force,
                   const struct config_additions *additions)
{
    struct config_readers *readers = memory_take(1, sizeof(*readers));

    readers->loop = loop;
    readers->in_force = in_force;
    readers->additions = additions;
    LIST_INIT(&readers->running);
    return readers;
}

/* A child that waits for a disk does not even die before that answers: never wait for it. */
static void
reap(struct config_readers *readers)
{
    for (size_t i = 0; i < READERS_MOST; i++) {
        if (readers->unreaped[i] != 0 && waitpid(readers->unreaped[i], NULL, WNOHANG) != 0)
            readers->unreaped[i] = 0;
    }
}

static void
release(void *object)
{
    struct reader *reader = object;

    config_free(&reader->answer.config);
    config_source_clear(&reader->answer.source);
    certificate_files_close(&reader->answer.certificates);
    free(reader->answer.told);
    config_errors_clear(&reader->answer.errors);
    config_errors_clear(&reader->answer.warnings);
    free(reader->path);
    free(reader->bytes);
    free(reader);
}

/* Its child is told to end if it has not. */
static void
close_reader(struct reader *reader)
{
    struct config_readers *readers = reader->all;
    size_t slot = 0;

    LIST_REMOVE(reader, link);
    watch_close(&reader->watch);
    close(reader->fd);
    certificate_files_close(&reader->certificates);
    timer_close(&reader->timeout, readers->loop);
    alarm_clock_close(&reader->handing);
    kill(reader->pid, SIGKILL);
    reap(readers);
    while (slot < READERS_MOST && readers->unreaped[slot] != 0)
        slot++;
    CHECK(slot < READERS_MOST);
    readers->unreaped[slot] = reader->pid;
    reap(readers);
    reader->tag = 0;
    loop_free_later(readers->loop, reader, release);
}

void
config_readers_free(struct config_readers **readers)
{
    if (*readers == NULL)
        return;
    while (!LIST_EMPTY(&(*readers)->running))
        close_reader(LIST_FIRST(&(*readers)->running));
    free(*readers);
    *readers = NULL;
}

static void
write_lines(FILE *out, const struct config_errors *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        fwrite(lines->lines[i], 1, strlen(lines->lines[i]) + 1, out);
    fputc('\0', out);
}

static void
write_told(const struct config_question *question, const struct config *file, FILE *out)
{
    static const struct config_errors none;

    fputc(VERDICT_TOLD, out);
    write_lines(out, file == NULL ? &none : &file->warnings);
    question->tell(question->argument, file, out);
    fputc('\0', out);
}

/* How far a child is. */
struct work {
    FILE *out;
    unsigned certificates;
};

static void
on_progress(void *argument)
{
    struct work *work = argument;

    if (++work->certificates % CERTIFICATES_A_SIGN != 0)
        return;
    fputc(VERDICT_ALIVE, work->out);
    fflush(work->out);
}

/* A verdict, its lines with an empty one behind them, and the text or what is told of it. */
static void
write_verdict(const struct config_question *question, const struct config *config,
              const struct config_source *source, FILE *out)
{
    if (question->wish == CONFIG_TO_TELL_OF) {
        write_told(question, config, out);
        return;
    }
    fputc(question->wish == CONFIG_TO_CHECK ? VERDICT_CHECKED : VERDICT_TEXT, out);
    write_lines(out, &config->warnings);
    if (question->wish == CONFIG_TO_HAVE)
        config_source_write(source, out);
}

/* False: the memory files could not be filled. */
static bool
write_of_file(const struct config_question *question, const struct config_additions *additions,
              FILE *out)
{
    static const struct certificate_files written = {
        SHORT_CHILD_FD + KEPT_BOOK, SHORT_CHILD_FD + KEPT_KEYS, SHORT_CHILD_FD + KEPT_API};
    static const struct certificate_files in_force = {SHORT_CHILD_FD + KEPT_BOOK_IN_FORCE,
                                                      SHORT_CHILD_FD + KEPT_KEYS_IN_FORCE,
                                                      SHORT_CHILD_FD + KEPT_API_IN_FORCE};
    struct certificate_reader *reader = certificate_reader_new(&in_force);
    struct work work = {.out = out};
    struct config_source source;
    struct config_errors errors;

    certificate_reader_on_progress(reader, on_progress, &work);
    struct config *config = config_load_text(
        question->path, additions, certificate_reader_inspector(reader), &source, &errors);
    if (config == NULL) {
        fputc(VERDICT_REFUSED, out);
        write_lines(out, &errors);
        return true;
    }
    if (question->wish == CONFIG_TO_HAVE && !certificate_reader_write(reader, &written))
        return false;
    write_verdict(question, config, &source, out);
    return true;
}

struct faults {
    struct config_errors errors;
    unsigned others;
};

/* A folder that is gone is told of once for all of its files, or control would have to. */
static void
note_found(void *argument, enum config_gravity gravity,
           const struct config_certificate *certificate, const char *text)
{
    struct faults *faults = argument;

    if (gravity != CONFIG_ERROR)
        return;
    if (faults->errors.count < FAULTS_MOST)
        config_errors_add(&faults->errors,
                          memory_print("%s: %s", certificate->certificate, text));
    else
        faults->others++;
}

/* False: the memory files could not be filled. */
static bool
write_renewed(const struct config_question *question, FILE *out)
{
    static const struct certificate_files written = {
        SHORT_CHILD_FD + KEPT_BOOK, SHORT_CHILD_FD + KEPT_KEYS, SHORT_CHILD_FD + KEPT_API};
    static const struct certificate_files in_force = {SHORT_CHILD_FD + KEPT_BOOK_IN_FORCE,
                                                      SHORT_CHILD_FD + KEPT_KEYS_IN_FORCE,
                                                      SHORT_CHILD_FD + KEPT_API_IN_FORCE};
    struct certificate_reader *reader = certificate_reader_new(&in_force);
    struct work work = {.out = out};
    struct faults faults = {.others = 0};

    certificate_reader_keep_old(reader);
    certificate_reader_on_progress(reader, on_progress, &work);
    config_inspect_again(question->in_force, certificate_reader_inspector(reader), note_found,
                         &faults);
    if (!certificate_reader_write(reader, &written))
        return false;
    if (faults.others > 0)
        config_errors_add(&faults.errors,
                          memory_print("and others: %u more are wrong", faults.others));
    fputc(VERDICT_RENEWED, out);
    write_lines(out, &faults.errors);
    return true;
}

static _Noreturn void
read_in_child(const struct config_question *question, const struct config_additions *additions)
{
    bool is_answered = true;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    title_set("fairlead: reader");
    FILE *out = fdopen(SHORT_CHILD_FD + KEPT_ANSWER, "w");
    if (out == NULL)
        _exit(EXIT_FAILURE);
    if (question->wish == CONFIG_UNREAD)
        write_told(question, NULL, out);
    else if (question->wish == CONFIG_IN_FORCE)
        is_answered = write_renewed(question, out);
    else
        is_answered = write_of_file(question, additions, out);
    _exit(is_answered && fflush(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Takes lines up to the empty one; the offset behind it, or 0: they do not end. */
static size_t
take_lines(const struct reader *reader, size_t offset, struct config_errors *lines)
{
    while (offset < reader->length) {
        const char *line = reader->bytes + offset;
        const char *end = memchr(line, '\0', reader->length - offset);
        if (end == NULL)
            return 0;
        offset += (size_t)(end - line) + 1;
        if (end == line)
            return offset;
        config_errors_add(lines, memory_copy_text(line));
    }
    return 0;
}

static void
take_text(struct reader *reader, size_t offset, struct config_answer *answer)
{
    if (!config_source_take(&answer->source, reader->bytes + offset, reader->length - offset))
        return;
    answer->config = config_read_text(reader->path, reader->all->additions, &answer->source,
                                      &answer->errors);
    if (answer->config != NULL) {
        answer->config->warnings = answer->warnings;
        answer->warnings = (struct config_errors){.lines = NULL};
    }
    answer->is_good = answer->config != NULL;
    answer->certificates = reader->certificates;
    reader->certificates = CERTIFICATE_FILES_NONE;
}

static void
take_told(const struct reader *reader, size_t offset, struct config_answer *answer)
{
    if (offset == reader->length || reader->bytes[reader->length - 1] != '\0')
        return; /* the child died on the way */
    answer->is_good = true;
    answer->told_length = reader->length - offset - 1;
    answer->told = memory_copy_bytes(reader->bytes + offset, answer->told_length);
}

static void
take_renewed(struct reader *reader, struct config_answer *answer)
{
    answer->is_good = true;
    answer->certificates = reader->certificates;
    reader->certificates = CERTIFICATE_FILES_NONE;
}

static void
take_answer(struct reader *reader, struct config_answer *answer)
{
    size_t start = 0;

    while (start < reader->length && reader->bytes[start] == VERDICT_ALIVE)
        start++;
    enum verdict verdict =
        start == reader->length ? VERDICT_NONE : (enum verdict)reader->bytes[start];
    struct config_errors *lines = verdict == VERDICT_REFUSED || verdict == VERDICT_RENEWED
                                      ? &answer->errors
                                      : &answer->warnings;
    size_t offset = take_lines(reader, start + 1, lines);

    if (offset == 0)
        return;
    if (verdict == VERDICT_TEXT)
        take_text(reader, offset, answer);
    else if (verdict == VERDICT_TOLD)
        take_told(reader, offset, answer);
    else if (verdict == VERDICT_RENEWED)
        take_renewed(reader, answer);
    else
        answer->is_good = verdict == VERDICT_CHECKED;
}

static void
on_handing(void *argument)
{
    struct reader *reader = argument;

    CHECK_TAG(reader, READER_TAG);
    close_reader(reader);
    if (reader->done != NULL)
        reader->done(reader->argument, &reader->answer);
}

/* reason NULL: the child has ended by itself. A large configuration takes some time to read and
 * some to go over to: others have their turn between the two. */
static void
finish(struct reader *reader, const char *reason)
{
    struct config_answer *answer = &reader->answer;

    watch_close(&reader->watch);
    timer_stop(&reader->timeout);
    if (reason == NULL)
        take_answer(reader, answer);
    if (!answer->is_good && answer->errors.count == 0) {
        config_errors_add(
            &answer->errors,
            memory_print("%s:1: cannot be read: %s", reader->path,
                         reason != NULL ? reason : "the process that read it died"));
    }
    alarm_clock_set(&reader->handing, 0);
}

static void
on_timeout(void *argument)
{
    struct reader *reader = argument;

    CHECK_TAG(reader, READER_TAG);
    finish(reader, "nothing was heard of it for 10 s");
}

static void
on_answer(int fd, short what, void *argument)
{
    struct reader *reader = argument;

    (void)what;
    CHECK_TAG(reader, READER_TAG);
    if (reader->capacity - reader->length < CHUNK_BYTES) {
        reader->capacity = 2 * reader->capacity + CHUNK_BYTES;
        reader->bytes = memory_resize(reader->bytes, reader->capacity, 1);
    }
    ssize_t got = read(fd, reader->bytes + reader->length, reader->capacity - reader->length);
    if (got > 0) {
        reader->length += (size_t)got;
        timer_set(&reader->timeout, reader->all->loop, TIMEOUT_MS);
    }
    if (got == 0)
        finish(reader, NULL);
    else if (reader->length > ANSWER_MOST_BYTES)
        finish(reader, "there is too much to say of it");
}

static bool
has_room(struct config_readers *readers)
{
    const struct reader *reader;
    size_t count = 0;

    reap(readers);
    LIST_FOREACH (reader, &readers->running, link)
        count++;
    for (size_t i = 0; i < READERS_MOST; i++)
        count += readers->unreaped[i] != 0;
    return count < READERS_MOST;
}

static void
watch_reader(struct config_readers *readers, struct reader *reader)
{
    reader->tag = READER_TAG;
    reader->all = readers;
    LIST_INSERT_HEAD(&readers->running, reader, link);
    watch_open(&reader->watch, readers->loop, reader->fd, WATCH_READ, on_answer, reader);
    alarm_clock_open(&reader->handing, readers->loop, on_handing, reader);
    timer_init(&reader->timeout, on_timeout, reader);
    timer_set(&reader->timeout, readers->loop, TIMEOUT_MS);
}

/* Forks; the memory files stay open on both sides. 0 in the child, -1: there is none. */
static pid_t
fork_reader(const struct config_readers *readers, const struct reader *reader, int answer_fd)
{
    const int kept[KEPT_COUNT] = {
        [KEPT_ANSWER] = answer_fd,
        [KEPT_BOOK] = reader->certificates.fd,
        [KEPT_KEYS] = reader->certificates.keys_fd,
        [KEPT_API] = reader->certificates.api_fd,
        [KEPT_BOOK_IN_FORCE] = readers->in_force->fd,
        [KEPT_KEYS_IN_FORCE] = readers->in_force->keys_fd,
        [KEPT_API_IN_FORCE] = readers->in_force->api_fd,
    };

    fflush(stdout);
    return short_child_fork(kept, KEPT_COUNT);
}

static bool
start_child(const struct config_readers *readers, struct reader *reader,
            const struct config_question *question)
{
    int fds[2];

    if (!certificate_files_make(&reader->certificates) || pipe2(fds, O_CLOEXEC) == -1)
        return false;
    reader->fd = fds[0];
    reader->pid = fork_reader(readers, reader, fds[1]);
    if (reader->pid == 0)
        read_in_child(question, readers->additions);
    close(fds[1]);
    if (reader->pid != -1)
        return true;
    close(fds[0]);
    return false;
}

bool
config_readers_start(struct config_readers *readers, const struct config_question *question,
                     config_reader_done *done, void *argument, const char **reason)
{
    *reason = "too many configurations are being read";
    if (!has_room(readers))
        return false;
    struct reader *reader = memory_take(1, sizeof(*reader));
    reader->path = memory_copy_text(question->path);
    reader->answer.certificates = CERTIFICATE_FILES_NONE;
    reader->done = done;
    reader->argument = argument;
    if (start_child(readers, reader, question)) {
        watch_reader(readers, reader);
        return true;
    }
    *reason = "there is no process to read it";
    certificate_files_close(&reader->certificates);
    release(reader);
    return false;
}

void
config_readers_forget(struct config_readers *readers, const void *argument)
{
    struct reader *reader;

    LIST_FOREACH (reader, &readers->running, link) {
        if (reader->argument == argument)
            reader->done = NULL;
    }
}
