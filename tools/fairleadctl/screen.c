/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output.h"
#include "terminal.h"
#include "when.h"

/* What one drawing made, and the last good one. */
struct drawing {
    enum exit_code code;
    char *text, *errors;
    char *shown;     /* the last text without errors; NULL: none yet */
    double shown_at; /* when that was */
};

static void
draw(struct session *session, const struct screen *screen, struct drawing *drawing)
{
    size_t length, error_length;
    FILE *errors = open_memstream(&drawing->errors, &error_length);

    session->size.width = terminal_width();
    session->out = open_memstream(&drawing->text, &length);
    output_keep_errors(errors);
    drawing->code = screen->draw(session, screen->argument);
    output_keep_errors(NULL);
    fclose(errors);
    fclose(session->out);
    session->out = stdout;
}

/* What is wrong stands above what was right. */
static void
show_trouble(const struct drawing *drawing, unsigned width)
{
    char *text, *age = when_span(when_now() - drawing->shown_at);
    char *stale = memory_print("what it said %s ago:", age);
    size_t length;
    FILE *out = open_memstream(&text, &length);

    terminal_tone(out, TONE_BAD);
    for (const char *at = drawing->errors; *at != '\0'; at += strcspn(at, "\n") + 1) {
        char *line = memory_copy_bytes(at, strcspn(at, "\n"));
        output_paragraph(out, "", line, width);
        free(line);
    }
    terminal_tone(out, TONE_PLAIN);
    fprintf(out, "\n%s\n\n%s", stale, drawing->shown);
    fclose(out);
    terminal_draw(text);
    free(stale);
    free(text);
    free(age);
}

/* Takes what was drawn over; false: nothing can be shown. */
static bool
show(struct drawing *drawing, unsigned width)
{
    if (*drawing->errors == '\0') {
        free(drawing->shown);
        drawing->shown = drawing->text;
        drawing->shown_at = when_now();
        terminal_draw(drawing->shown);
    } else {
        free(drawing->text);
        if (drawing->shown != NULL)
            show_trouble(drawing, width);
    }
    return drawing->shown != NULL;
}

/* On the screen that has come back. */
static void
complain(const char *errors)
{
    size_t length = strcspn(errors, "\n");

    output_error("%.*s", (int)length, errors);
    while (errors[length] == '\n' && errors[length + 1] != '\0') {
        errors += length + 1;
        length = strcspn(errors, "\n");
        char *line = memory_copy_bytes(errors, length);
        output_error_detail(line);
        free(line);
    }
}

static int
draw_and_wait(struct session *session, const struct screen *screen, struct drawing *drawing)
{
    int key = -1;

    free(drawing->errors);
    draw(session, screen, drawing);
    if (show(drawing, session->size.width))
        key = terminal_key(screen->seconds);
    if (key > 0 && screen->press != NULL)
        screen->press(screen->argument, key);
    return key;
}

bool
screen_watch(struct session *session, const struct screen *screen, enum exit_code *code)
{
    struct drawing drawing = {.errors = NULL};

    if (!terminal_enter())
        return false;
    admin_client_be_impatient(session->client);
    while (draw_and_wait(session, screen, &drawing) != -1)
        continue;
    terminal_leave();
    if (drawing.shown == NULL)
        complain(drawing.errors);
    *code = drawing.code;
    free(drawing.shown);
    free(drawing.errors);
    return true;
}
