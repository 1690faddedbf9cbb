/* SPDX-License-Identifier: Apache-2.0 */
/* Who needs somebody stands first; within that the daemon's order is kept. */
#include "targets_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid.h"
#include "json_text.h"
#include "output.h"
#include "place.h"
#include "terminal.h"
#include "text_width.h"
#include "text_wrap.h"
#include "when.h"

enum { INDENT = 2, PATH_MOST = 40 };

enum column {
    TARGET,
    STATE,
    FOR,
    CONTAINER,
    FLIGHT,
    LAST_CHECK,
    ZONE, /* from here on with -o wide only */
    DIALLED,
    SPEAKS,
    ORIGIN,
    TASK,
    WHY,
    COLUMN_COUNT
};

static const struct {
    const char *title;
    bool may_be_cut;
} columns[COLUMN_COUNT] = {
    [TARGET] = {"TARGET", false},  [STATE] = {"STATE", false},
    [FOR] = {"FOR", false},        [CONTAINER] = {"CONTAINER", true},
    [FLIGHT] = {"FLIGHT", false},  [LAST_CHECK] = {"LAST CHECK", true},
    [ZONE] = {"ZONE", false},      [DIALLED] = {"DIALLED", false},
    [SPEAKS] = {"VERSION", false}, [ORIGIN] = {"ORIGIN", false},
    [TASK] = {"TASK", false},      [WHY] = {"WHY", true},
};

const char *
target_state_words(const json_t *target)
{
    const char *state = json_word(json_object_get(target, "TargetHealth"), "State");

    if (json_is_set(target, "IsHeld"))
        return "held";
    if (strcmp(state, "healthy") != 0)
        return state;
    if (json_is_set(target, "IsEjected"))
        return "ejected";
    return json_is_set(target, "IsSlowStart") ? "slow start" : state;
}

static char *
last_check_words(const json_t *target)
{
    const json_t *check = json_object_get(json_object_get(target, "TargetHealth"), "LastCheck");
    const char *result = json_word(check, "Result");
    double latency_ms = json_number(check, "LatencyMicroseconds") / 1000;

    const char *code = strrchr(result, ' ');

    code = code == NULL ? result : code + 1;
    if (strspn(code, "0123456789") != 3 || code[3] != '\0' || latency_ms <= 0)
        return memory_copy_text(result);
    return memory_print(latency_ms < 10 ? "%s in %.1f ms" : "%s in %.0f ms", code, latency_ms);
}

static void
add_target(struct grid *grid, const json_t *target, bool is_wide)
{
    const char *task = json_word(target, "Task");
    char *name = json_text(target, "TaskName");

    grid_add_row(grid);
    grid_set(grid, TARGET, place_text(target));
    grid_set(grid, STATE, memory_copy_text(target_state_words(target)));
    grid_set(grid, FOR, when_since(json_word(target, "Since")));
    grid_set(grid, CONTAINER, *name != '\0' ? memory_copy_text(name) : view_short_id(task));
    grid_set(grid, FLIGHT, memory_print("%.0f", json_number(target, "InFlight")));
    grid_set(grid, LAST_CHECK, last_check_words(target));
    free(name);
    if (!is_wide)
        return;
    grid_set(grid, ZONE, json_text(target, "Target.AvailabilityZone"));
    grid_set(grid, DIALLED, json_text(target, "DialledAt"));
    grid_set(grid, SPEAKS, json_text(target, "ProtocolVersion"));
    grid_set(grid, ORIGIN, json_text(target, "Origin"));
    grid_set(grid, TASK, memory_copy_text(task));
    grid_set(grid, WHY, json_text(target, "TargetHealth.Description"));
}

/* Whether it takes requests as it should. */
static bool
is_well(const json_t *target)
{
    const char *words = target_state_words(target);

    return strcmp(words, "healthy") == 0 || strcmp(words, "unavailable") == 0;
}

static bool
is_wanted(const json_t *target, const char *state)
{
    return state == NULL || strcmp(target_state_words(target), state) == 0 ||
           strcmp(json_word(json_object_get(target, "TargetHealth"), "State"), state) == 0;
}

static void
print_rows(FILE *file, const json_t *targets, const char *state, const struct view_size *size)
{
    struct grid *grid = grid_new(size->is_wide ? COLUMN_COUNT : ZONE);
    size_t index, rows = 0;
    json_t *target;

    for (size_t c = 0; c < (size->is_wide ? COLUMN_COUNT : ZONE); c++)
        grid_set_title(grid, c, columns[c].title, columns[c].may_be_cut);
    for (int well = 0; well <= 1; well++) {
        json_array_foreach ((json_t *)targets, index, target) {
            if (is_well(target) != (well == 1) || !is_wanted(target, state))
                continue;
            add_target(grid, target, size->is_wide);
            rows++;
        }
    }
    if (rows != 0)
        grid_print(file, grid, INDENT, size->is_wide ? 0 : size->width);
    grid_free(&grid);
}

char *
group_trouble_words(const json_t *group)
{
    double waiting = json_number(group, "HeldRequestCount");

    if (json_is_set(group, "IsWaiting"))
        return waiting > 0 ? memory_print("waiting for a target, %.0f held", waiting)
                           : memory_copy_text("waiting for a target");
    if (json_number(group, "TargetCount") == 0)
        return memory_copy_text("EMPTY");
    return memory_copy_text(json_is_set(group, "FailsOpen") ? "FAILS OPEN" : "");
}

char *
group_check_words(const json_t *group)
{
    return memory_copy_text(json_is_set(group, "HealthCheckEnabled")
                                ? json_word(group, "HealthCheckPath")
                                : "none");
}

char *
group_state_words(const json_t *group)
{
    double all = json_number(group, "TargetCount"),
           held = json_number(group, "HeldTargetCount");
    char *trouble = group_trouble_words(group);

    if (all == 0)
        return trouble;
    char *held_words = held > 0 ? memory_print(", %.0f held", held) : memory_copy_text("");
    char *words =
        memory_print("%.0f of %.0f healthy%s%s%s", json_number(group, "HealthyTargetCount"),
                     all, *trouble == '\0' ? "" : ", ", trouble, held_words);
    free(held_words);
    free(trouble);
    return words;
}

/* "round_robin, GET / every 30 s" */
static char *
check_words(const json_t *group)
{
    if (!json_is_set(group, "HealthCheckEnabled"))
        return memory_print("%s, no checks", json_word(group, "Algorithm"));
    char *path = text_cut(json_word(group, "HealthCheckPath"), PATH_MOST);
    char *words = memory_print("%s, GET %s every %g s", json_word(group, "Algorithm"), path,
                               json_number(group, "HealthCheckIntervalSeconds"));
    free(path);
    return words;
}

static char *
rate_words(const json_t *group)
{
    double requests = json_number(group, "RequestsPerSecond");
    double failures = json_number(group, "Target5xxPerSecond");

    return memory_print(requests > 0 && requests < 10 ? "%.1f req/s   %.*f 5xx/s"
                                                      : "%.0f req/s   %.*f 5xx/s",
                        requests, failures > 0 && failures < 10 ? 1 : 0, failures);
}

static enum tone
tone_of(const json_t *group)
{
    double all = json_number(group, "TargetCount");

    if (json_is_set(group, "IsWaiting"))
        return TONE_WARN;
    if (all == 0 || json_is_set(group, "FailsOpen"))
        return TONE_BAD;
    return json_number(group, "HealthyTargetCount") < all ? TONE_WARN : TONE_GOOD;
}

/* What no line has room for goes on below. */
static void
print_behind(FILE *file, size_t used, const char *text, unsigned width)
{
    char **lines = text_wrap(text, width > used ? width - used : 1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        fprintf(file, "%*s", i == 0 ? 2 : (int)used, "");
        output_text(file, lines[i]);
        putc('\n', file);
    }
    text_wrap_free(&lines);
}

/* Name and check stand left, how it does right; on two lines where one is too short. */
static void
print_headline(FILE *file, const json_t *group, unsigned width)
{
    char *check = check_words(group), *state = group_state_words(group);
    char *rate = rate_words(group);
    const char *name = json_word(group, "TargetGroupName");
    size_t left = text_width(name) + 2 + text_width(check);
    size_t right = text_width(state) + 3 + text_width(rate);

    bool fits = left + 2 + right <= width || width == 0;
    terminal_tone(file, TONE_STRONG);
    output_text(file, name);
    terminal_tone(file, TONE_PLAIN);
    if (fits) {
        fputs("  ", file);
        output_text(file, check);
        fprintf(file, "%*s", width == 0 ? 3 : (int)(width - left - right), "");
    } else {
        print_behind(file, text_width(name) + 2, check, width);
        fprintf(file, "%*s", INDENT, "");
    }
    terminal_tone(file, tone_of(group));
    output_text(file, state);
    terminal_tone(file, TONE_PLAIN);
    fprintf(file, "   %s\n", rate);
    free(check);
    free(state);
    free(rate);
}

void
targets_screen_print(FILE *file, const json_t *group, const json_t *targets, const char *state,
                     const struct view_size *size)
{
    print_headline(file, group, size->width);
    print_rows(file, targets, state, size);
}
