/* SPDX-License-Identifier: Apache-2.0 */
/* Reading files line by line into one text, following @include. */
#include "model/config_source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/check.h"
#include "base/memory.h"

/* Deeper means that a file includes itself. */
#define DEPTH_MAX 10

struct reader {
    struct config_source *source;
    FILE *text;
    config_source_problem *on_problem;
    void *argument;
    unsigned depth;
    bool is_too_deep; /* a file includes itself: stop before it does so in every way */
};

/* A line of a file that has been entered in the source's list. */
struct place {
    size_t file;
    unsigned line;
};

static void read_file(struct reader *reader, const char *path, const struct place *from);

static void
report(const struct reader *reader, const struct place *place, const char *reason)
{
    reader->on_problem(reader->argument, reader->source->files[place->file], place->line,
                       reason);
}

static size_t
enter_file(struct config_source *source, const char *path)
{
    source->files = memory_resize(source->files, source->file_count + 1, sizeof(char *));
    source->files[source->file_count] = memory_copy_text(path);
    return source->file_count++;
}

static void
add_line(const struct reader *reader, const struct place *place, const char *line)
{
    struct config_source *source = reader->source;
    size_t length = strlen(line);

    CHECK(fwrite(line, 1, length, reader->text) == length);
    if (length == 0 || line[length - 1] != '\n')
        CHECK(fputc('\n', reader->text) != EOF);
    /* Grows by doubling: the capacity is the next power of two. */
    if ((source->line_count & (source->line_count - 1)) == 0)
        source->lines =
            memory_resize(source->lines, 2 * source->line_count + 1, sizeof(*source->lines));
    source->lines[source->line_count++] = (struct config_source_line){place->file, place->line};
}

/* The name on an @include line, new memory; NULL: it is another line. */
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
    return length == 0 || line[length + 1] != '"' ? NULL : memory_copy_bytes(line + 1, length);
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

    if (reader->depth == DEPTH_MAX) {
        report(reader, place, "@include is nested too deep");
        reader->is_too_deep = true;
    } else {
        reader->depth++;
        read_file(reader, path, place);
        reader->depth--;
    }
    free(path);
}

static void
read_lines(struct reader *reader, FILE *file, size_t index)
{
    struct place place = {.file = index};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;

    while (!reader->is_too_deep && (length = getline(&line, &capacity, file)) != -1) {
        char *name = find_include(line);
        place.line++;
        if (strlen(line) != (size_t)length)
            report(reader, &place, "holds a zero byte");
        else if (name != NULL)
            include(reader, name, &place);
        else
            add_line(reader, &place, line);
        free(name);
    }
    free(line);
}

static FILE *
open_file(const char *path, const char **reason)
{
    FILE *file = fopen(path, "re");
    struct stat status;

    *reason = strerror(errno);
    if (file != NULL && fstat(fileno(file), &status) == 0 && S_ISDIR(status.st_mode)) {
        fclose(file);
        *reason = "it is a folder";
        return NULL;
    }
    return file;
}

/* from NULL: it is the main file. */
static void
read_file(struct reader *reader, const char *path, const struct place *from)
{
    const char *reason;
    FILE *file = open_file(path, &reason);
    size_t index = enter_file(reader->source, path);

    if (file != NULL) {
        read_lines(reader, file, index);
        fclose(file);
        return;
    }
    struct place own = {.file = index, .line = 1};
    char *text = from == NULL ? memory_print("cannot be read: %s", reason)
                              : memory_print("%s cannot be read: %s", path, reason);
    report(reader, from == NULL ? &own : from, text);
    free(text);
}

void
config_source_read(struct config_source *source, const char *path,
                   config_source_problem *on_problem, void *argument)
{
    size_t length;

    *source = (struct config_source){.text = NULL};
    struct reader reader = {.source = source, .on_problem = on_problem, .argument = argument};
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

const char *
config_source_place(const struct config_source *source, unsigned *line)
{
    size_t index = *line == 0 ? 0 : *line - 1;

    if (source->line_count == 0) {
        *line = 1;
        return source->files[0];
    }
    /* The end of the text, where a brace is missing, is the last line. */
    if (index >= source->line_count)
        index = source->line_count - 1;
    *line = source->lines[index].number;
    return source->files[source->lines[index].file];
}
