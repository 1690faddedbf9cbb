/* SPDX-License-Identifier: Apache-2.0 */
/* Reading files line by line into one text, following @include. */
#include "model/config_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "model/config_scan.h"

/* Deeper means that a file includes itself. */
#define DEPTH_MAX 10
#define CHUNK_BYTES 65536

/* A line of a file that has been entered in the source's list. */
struct place {
    size_t file;
    unsigned line;
};

struct reader {
    struct config_source *source;
    FILE *text;
    struct config_scan scan;
    config_source_problem *on_problem;
    void *argument;
    const struct place *place; /* being read */
    size_t bytes;              /* of all files */
    unsigned depth;
    bool is_over; /* a file includes itself, or all are too much: stop before more comes */
};

static void read_file(struct reader *reader, const char *path, const struct place *from);

static void
report(const struct reader *reader, const struct place *place, const char *reason)
{
    reader->on_problem(reader->argument, reader->source->files[place->file], place->line,
                       reason);
}

static void
on_scan_problem(void *argument, unsigned lines_before, const char *reason)
{
    const struct reader *reader = argument;
    struct place place = {reader->place->file, reader->place->line - lines_before};

    report(reader, &place, reason);
}

static size_t
enter_file(struct config_source *source, const char *path)
{
    source->files = memory_resize(source->files, source->file_count + 1, sizeof(char *));
    source->files[source->file_count] = memory_copy_text(path);
    return source->file_count++;
}

static void
add_line(struct reader *reader, const struct place *place, const char *line)
{
    struct config_source *source = reader->source;
    size_t length = strlen(line);

    config_scan_line(&reader->scan, line, reader->text);
    if (length == 0 || line[length - 1] != '\n')
        CHECK(fputc('\n', reader->text) != EOF);
    /* Grows by doubling: the capacity is the next power of two. */
    if ((source->line_count & (source->line_count - 1)) == 0)
        source->lines =
            memory_resize(source->lines, 2 * source->line_count + 1, sizeof(*source->lines));
    source->lines[source->line_count++] = (struct config_source_line){place->file, place->line};
}

/* Nothing that would be lost with the line stands there. */
static bool
is_blank_or_comment(const char *text)
{
    text += strspn(text, " \t\r\n\f");
    return *text == '\0' || *text == '#' || strncmp(text, "//", 2) == 0;
}

/* The name on an @include line, new memory; NULL: it is another line, or more is on it. */
static char *
find_include(const char *line)
{
    static const char word[] = "@include";

    line += strspn(line, " \t");
    if (strncmp(line, word, sizeof(word) - 1) != 0)
        return NULL;
    line += sizeof(word) - 1;
    line += strspn(line, " \t");
    size_t length = *line == '"' ? strcspn(line + 1, "\"\n") : 0;
    if (length == 0 || line[length + 1] != '"' || !is_blank_or_comment(line + length + 2))
        return NULL;
    return memory_copy_bytes(line + 1, length);
}

/* A relative name is relative to the folder of the file that includes it. */
static char *
resolve(const char *name, const char *including)
{
    const char *slash = strrchr(including, '/');

    if (*name == '/' || slash == NULL)
        return memory_copy_text(name);
    return memory_print("%.*s/%s", (int)(slash - including), including, name);
}

static void
include(struct reader *reader, const char *name, const struct place *place)
{
    char *path = resolve(name, reader->source->files[place->file]);

    if (reader->depth == DEPTH_MAX || reader->source->file_count == CONFIG_SOURCE_MOST_FILES) {
        report(reader, place,
               reader->depth == DEPTH_MAX ? "@include is nested too deep"
                                          : "this is the 1000th file: include fewer");
        reader->is_over = true;
    } else {
        reader->depth++;
        read_file(reader, path, place);
        reader->depth--;
    }
    free(path);
}

/* An editor of another system may have put a byte order mark before the text. */
static const char *
skip_mark(const char *line, unsigned number)
{
    static const char mark[] = "\xef\xbb\xbf";

    return number == 1 && strncmp(line, mark, strlen(mark)) == 0 ? line + strlen(mark) : line;
}

static void
read_line(struct reader *reader, const struct place *place, const char *line, size_t length)
{
    const char *text = skip_mark(line, place->line);
    char *name = reader->scan.state == SCAN_BETWEEN ? find_include(text) : NULL;

    reader->bytes += length;
    if (reader->bytes > CONFIG_SOURCE_MOST_BYTES) {
        report(reader, place, "the configuration has more than 16 MiB");
        reader->is_over = true;
    } else if (strlen(line) != length) {
        report(reader, place, "holds a zero byte");
    } else if (name != NULL) {
        include(reader, name, place);
    } else {
        add_line(reader, place, text);
    }
    free(name);
}

static void
read_lines(struct reader *reader, const char *text, size_t length, size_t index)
{
    const struct place *including = reader->place;
    struct place place = {.file = index};

    reader->place = &place;
    for (const char *at = text, *end = text + length; at < end && !reader->is_over;) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        size_t line_length = (size_t)((feed == NULL ? end : feed + 1) - at);
        char *line = memory_copy_bytes(at, line_length);
        place.line++;
        read_line(reader, &place, line, line_length);
        free(line);
        at += line_length;
    }
    if (!reader->is_over)
        config_scan_end_file(&reader->scan);
    reader->place = including;
}

/* Neither waits for a pipe's writer nor reads a device that never ends. -1: *reason says why.
 */
static int
open_file(const char *path, const char **reason)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status = {0};

    *reason = NULL;
    if (fd == -1 || fstat(fd, &status) == -1)
        *reason = strerror(errno);
    else if (S_ISDIR(status.st_mode))
        *reason = "it is a folder";
    else if (!S_ISREG(status.st_mode))
        *reason = "it is no regular file";
    if (*reason == NULL)
        return fd;
    if (fd != -1)
        close(fd);
    return -1;
}

/* All that the descriptor gives; NULL: *reason says why not. */
static char *
read_whole(int fd, size_t *length, const char **reason)
{
    size_t capacity = 0;
    char *text = NULL;
    ssize_t got;

    *length = 0;
    do {
        if (capacity - *length < CHUNK_BYTES) {
            capacity = 2 * capacity + CHUNK_BYTES;
            text = memory_resize(text, capacity, 1);
        }
        got = read(fd, text + *length, CHUNK_BYTES);
        *length += got > 0 ? (size_t)got : 0;
    } while (got > 0 && *length <= CONFIG_SOURCE_MOST_BYTES);
    if (got == 0)
        return text;
    *reason = got == -1 ? strerror(errno) : "it has more than 16 MiB";
    free(text);
    return NULL;
}

/* from NULL: it is the main file. */
static void
report_unreadable(const struct reader *reader, size_t index, const struct place *from,
                  const char *reason)
{
    struct place own = {.file = index, .line = 1};
    char *text = from == NULL ? memory_print("cannot be read: %s", reason)
                              : memory_print("%s cannot be read: %s",
                                             reader->source->files[index], reason);

    report(reader, from == NULL ? &own : from, text);
    free(text);
}

static void
read_file(struct reader *reader, const char *path, const struct place *from)
{
    const char *reason;
    size_t length;
    int fd = open_file(path, &reason);
    char *text = fd == -1 ? NULL : read_whole(fd, &length, &reason);
    size_t index = enter_file(reader->source, path);

    if (fd != -1)
        close(fd);
    if (text == NULL)
        report_unreadable(reader, index, from, reason);
    else
        read_lines(reader, text, length, index);
    free(text);
}

void
config_source_read(struct config_source *source, const char *path,
                   config_source_problem *on_problem, void *argument)
{
    size_t length;

    *source = (struct config_source){.text = NULL};
    struct reader reader = {.source = source, .on_problem = on_problem, .argument = argument};
    reader.scan = (struct config_scan){.on_problem = on_scan_problem, .argument = &reader};
    reader.text = open_memstream(&source->text, &length);
    CHECK(reader.text != NULL);
    read_file(&reader, path, NULL);
    CHECK(fclose(reader.text) == 0);
}

void
config_source_clear(struct config_source *source)
{
    for (size_t i = 0; i < source->file_count; i++)
        free(source->files[i]);
    free(source->files);
    free(source->lines);
    free(source->text);
    *source = (struct config_source){.text = NULL};
}

/* The counts, then what they count: names with their ends, lines, the text. */
struct header {
    size_t file_count, line_count, text_length;
};

void
config_source_write(const struct config_source *source, FILE *out)
{
    struct header header = {source->file_count, source->line_count, strlen(source->text)};

    fwrite(&header, sizeof(header), 1, out);
    fwrite(source->lines, sizeof(*source->lines), source->line_count, out);
    fwrite(source->text, 1, header.text_length, out);
    for (size_t i = 0; i < source->file_count; i++)
        fwrite(source->files[i], 1, strlen(source->files[i]) + 1, out);
}

static bool
take_files(struct config_source *source, size_t count, const char *bytes, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(bytes, '\0', length);
        if (end == NULL)
            return false;
        enter_file(source, bytes);
        length -= (size_t)(end + 1 - bytes);
        bytes = end + 1;
    }
    return count > 0 && length == 0;
}

static bool
lines_are_sound(const struct config_source *source)
{
    for (size_t i = 0; i < source->line_count; i++) {
        if (source->lines[i].file >= source->file_count)
            return false;
    }
    return true;
}

bool
config_source_take(struct config_source *source, const char *bytes, size_t length)
{
    struct header header = {0};
    const size_t line_bytes = sizeof(*source->lines);

    *source = (struct config_source){.text = NULL};
    if (length >= sizeof(header))
        memcpy(&header, bytes, sizeof(header));
    bytes += sizeof(header);
    length -= length >= sizeof(header) ? sizeof(header) : length;
    if (header.line_count > length / line_bytes ||
        header.text_length > length - header.line_count * line_bytes)
        return false;
    source->line_count = header.line_count;
    source->lines = memory_take(header.line_count + 1, line_bytes);
    memcpy(source->lines, bytes, header.line_count * line_bytes);
    bytes += header.line_count * line_bytes;
    source->text = memory_copy_bytes(bytes, header.text_length);
    if (take_files(source, header.file_count, bytes + header.text_length,
                   length - header.line_count * line_bytes - header.text_length) &&
        lines_are_sound(source))
        return true;
    config_source_clear(source);
    return false;
}

struct config_source_line
config_source_line(const struct config_source *source, unsigned line)
{
    size_t index = line == 0 ? 0 : line - 1;

    if (source->line_count == 0)
        return (struct config_source_line){.file = 0, .number = 1};
    /* The end of the text, where a brace is missing, is the last line. */
    return source->lines[index < source->line_count ? index : source->line_count - 1];
}

const char *
config_source_place(const struct config_source *source, unsigned *line)
{
    struct config_source_line place = config_source_line(source, *line);

    *line = place.number;
    return source->files[place.file];
}
