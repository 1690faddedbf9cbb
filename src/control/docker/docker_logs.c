/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame is one write of the program, which may hold a part of a line or several: what belongs
 * to a line is joined a stream at a time.
 */
#include "control/docker/docker_logs.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/slice.h"

/* Stream, three zeros, and the length of what follows, big endian. */
#define FRAME_HEAD_BYTES 8

enum stream { STREAM_STDIN, STREAM_STDOUT, STREAM_STDERR, STREAMS };

static const char *const stream_names[STREAMS] = {"stdout", "stdout", "stderr"};

/* The line of a stream that has not ended yet. */
struct line {
    char *bytes;
    size_t length;
};

struct reading {
    json_t *lines;
    struct line open[STREAMS];
};

/* As many bytes as the character has, 0: it is none of UTF-8 that JSON takes. */
static size_t
character_length(const char *at, size_t left)
{
    for (size_t length = 1; length <= 4 && length <= left; length++) {
        json_t *text = json_stringn(at, length);
        json_decref(text);
        if (text != NULL)
            return length;
    }
    return 0;
}

/* Changes the bytes in place. */
static json_t *
make_text(char *bytes, size_t length)
{
    json_t *text = json_stringn(bytes, length);

    for (size_t at = 0, step; text == NULL && at < length; at += step) {
        step = character_length(bytes + at, length - at);
        if (step == 0) {
            bytes[at] = '?';
            step = 1;
        }
    }
    return text != NULL ? text : json_stringn(bytes, length);
}

/* "2024-01-02T03:04:05.678901234Z text"; 0: it begins with no time. */
static size_t
time_length(struct slice line)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t space = slice_find(line, ' ');

    if (line.length < sizeof(form) - 1 || space > 40)
        return 0;
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == 'd' ? line.at[i] < '0' || line.at[i] > '9' : line.at[i] != form[i])
            return 0;
    return space;
}

static void
add_line(struct reading *reading, enum stream stream, char *bytes, size_t length)
{
    while (length > 0 && bytes[length - 1] == '\r')
        length--;
    size_t time = time_length(slice_make(bytes, length));
    size_t begin = time == 0 || time == length ? time : time + 1;

    json_array_append_new(reading->lines,
                          json_pack("{s:s, s:o, s:o}", "stream", stream_names[stream], "time",
                                    json_stringn(bytes, time), "text",
                                    make_text(bytes + begin, length - begin)));
}

static void
end_line(struct reading *reading, enum stream stream)
{
    struct line *line = &reading->open[stream];

    add_line(reading, stream, line->bytes == NULL ? (char *)"" : line->bytes, line->length);
    free(line->bytes);
    *line = (struct line){0};
}

static void
append(struct line *line, struct slice bytes)
{
    if (bytes.length == 0)
        return;
    line->bytes = memory_resize(line->bytes, line->length + bytes.length, 1);
    memcpy(line->bytes + line->length, bytes.at, bytes.length);
    line->length += bytes.length;
}

static void
take(struct reading *reading, enum stream stream, struct slice bytes)
{
    while (bytes.length > 0) {
        size_t end = slice_find(bytes, '\n');
        append(&reading->open[stream], slice_make(bytes.at, end));
        if (end == bytes.length)
            return;
        end_line(reading, stream);
        bytes = slice_make(bytes.at + end + 1, bytes.length - end - 1);
    }
}

/* False: there is no frame here. */
static bool
read_frame(struct slice bytes, enum stream *stream, size_t *length)
{
    const uint8_t *head = (const uint8_t *)bytes.at;

    if (bytes.length < FRAME_HEAD_BYTES || head[0] >= STREAMS || head[1] != 0 || head[2] != 0 ||
        head[3] != 0)
        return false;
    *stream = (enum stream)head[0];
    *length = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
    return true;
}

json_t *
docker_logs_read(const char *bytes, size_t length)
{
    struct reading reading = {.lines = json_array()};
    struct slice rest = slice_make(bytes, length);
    enum stream stream;
    size_t frame;

    if (!read_frame(rest, &stream, &frame)) {
        take(&reading, STREAM_STDOUT, rest);
        rest.length = 0;
    }
    while (read_frame(rest, &stream, &frame)) {
        if (frame > rest.length - FRAME_HEAD_BYTES)
            frame = rest.length - FRAME_HEAD_BYTES;
        take(&reading, stream, slice_make(rest.at + FRAME_HEAD_BYTES, frame));
        rest = slice_make(rest.at + FRAME_HEAD_BYTES + frame,
                          rest.length - FRAME_HEAD_BYTES - frame);
    }
    for (int i = 0; i < STREAMS; i++)
        if (reading.open[i].length > 0)
            end_line(&reading, (enum stream)i);
    return reading.lines;
}
