/* SPDX-License-Identifier: Apache-2.0 */
/* The sentence first; then what needs somebody, a line each; then the rest. */
#include "status_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "json_text.h"
#include "output.h"
#include "targets_screen.h"
#include "terminal.h"
#include "when.h"

enum { PROBLEMS_SHOWN = 5, GROUPS_SHOWN = 10 };

/* A used group without a target that takes requests as it should; one that waits for a target
 * may have it soon. */
static bool
is_down(const json_t *group)
{
    if (!json_is_set(group, "IsUsed") || json_is_set(group, "IsWaiting"))
        return false;
    return json_number(group, "TargetCount") == 0 || json_is_set(group, "FailsOpen");
}

static size_t
problem_count(const struct status_answers *answers)
{
    return json_array_size(json_object_get(answers->problems, "Problems"));
}

static bool
lacks_workers(const json_t *status)
{
    return json_number(status, "LivingWorkerCount") < json_number(status, "WorkerCount");
}

bool
status_needs_somebody(const struct status_answers *answers)
{
    size_t index;
    json_t *group;

    json_array_foreach (json_object_get(answers->groups, "TargetGroups"), index, group)
        if (is_down(group))
            return true;
    return problem_count(answers) > 0 || lacks_workers(answers->status) ||
           json_number(answers->status, "EndingCertificateCount") > 0 ||
           json_is_set(answers->status, "LastReloadWasRefused");
}

static char *
count_words(double count, const char *one, const char *many)
{
    return memory_print("%.0f %s", count, count == 1 ? one : many);
}

static void
print_sentence(FILE *file, const struct status_answers *answers)
{
    const json_t *status = answers->status;
    double all = json_number(status, "TargetCount");
    size_t problems = problem_count(answers);
    char *problem_words = problems == 0 ? memory_copy_text("no problems")
                                        : count_words((double)problems, "problem", "problems");
    char *target_words = all == 0
                             ? memory_copy_text("no targets")
                             : memory_print("%.0f of %.0f targets healthy",
                                            json_number(status, "HealthyTargetCount"), all);
    char *age = when_since(json_word(status, "ConfiguredAt"));
    char *sentence =
        memory_print("%s; %s; %s; configuration from %s%s%s%s",
                     json_number(status, "ListenerCount") == 0 ? "idle" : "serving",
                     target_words, problem_words, json_word(status, "ConfigurationFile"),
                     *age == '\0' ? "" : ", read ", age, *age == '\0' ? "" : " ago");

    terminal_tone(file, status_needs_somebody(answers) ? TONE_BAD : TONE_GOOD);
    output_paragraph(file, "", sentence, terminal_width());
    terminal_tone(file, TONE_PLAIN);
    free(sentence);
    free(problem_words);
    free(target_words);
    free(age);
}

static void
print_line(FILE *file, enum tone tone, char *text)
{
    terminal_tone(file, tone);
    output_paragraph(file, "  ! ", text, terminal_width());
    terminal_tone(file, TONE_PLAIN);
    free(text);
}

static void
print_problems(FILE *file, const json_t *problems)
{
    size_t count = json_array_size(problems);

    for (size_t i = 0; i < count && i < PROBLEMS_SHOWN; i++) {
        const json_t *problem = json_array_get(problems, i);
        print_line(file, TONE_WARN,
                   memory_print("%s %s: %s", json_word(problem, "Source"),
                                json_word(problem, "Object"), json_word(problem, "Reason")));
    }
    if (count > PROBLEMS_SHOWN)
        print_line(file, TONE_WARN,
                   memory_print("and %zu more: fairleadctl problems", count - PROBLEMS_SHOWN));
}

/* What needs somebody, with where to look. */
static void
print_needs(FILE *file, const struct status_answers *answers)
{
    double ending = json_number(answers->status, "EndingCertificateCount");
    size_t index, down = 0;
    json_t *group;

    if (lacks_workers(answers->status))
        print_line(file, TONE_BAD,
                   memory_print("%.0f of %.0f workers run: fairleadctl workers",
                                json_number(answers->status, "LivingWorkerCount"),
                                json_number(answers->status, "WorkerCount")));
    if (ending > 0)
        print_line(file, TONE_BAD,
                   memory_print("%.0f %s expired, or will be within 14 days: fairleadctl "
                                "certificates",
                                ending, ending == 1 ? "certificate is" : "certificates are"));
    if (json_is_set(answers->status, "LastReloadWasRefused"))
        print_line(file, TONE_BAD,
                   memory_copy_text("the last reload was refused: fairleadctl config --diff"));
    json_array_foreach (json_object_get(answers->groups, "TargetGroups"), index, group) {
        if (!is_down(group) || ++down > GROUPS_SHOWN)
            continue;
        char *words = group_state_words(group);
        print_line(file, TONE_BAD,
                   memory_print("group %s: %s; see fairleadctl targets",
                                json_word(group, "TargetGroupName"), words));
        free(words);
    }
    if (down > GROUPS_SHOWN)
        print_line(
            file, TONE_BAD,
            memory_print("and %zu groups more: fairleadctl groups", down - GROUPS_SHOWN));
    print_problems(file, json_object_get(answers->problems, "Problems"));
}

static void
print_rest(FILE *file, const struct status_answers *answers)
{
    const json_t *status = answers->status;
    double requests = 0, failures = 0;
    size_t index;
    json_t *group;

    json_array_foreach (json_object_get(answers->groups, "TargetGroups"), index, group) {
        requests += json_number(group, "RequestsPerSecond");
        failures += json_number(group, "Target5xxPerSecond");
    }
    char *uptime = when_span(json_number(status, "UptimeSeconds"));
    char *traffic = memory_print(
        "%.0f requests/s, %.0f 5xx/s from targets, %.0f in progress, %.0f connections",
        requests, failures, json_number(status, "ActiveRequestCount"),
        json_number(status, "ActiveConnectionCount"));
    output_paragraph(file, "", traffic, terminal_width());
    free(traffic);
    fprintf(file, "fairlead %s, up %s, %.0f of %.0f workers, generation %.0f\n",
            json_word(status, "Version"), uptime, json_number(status, "LivingWorkerCount"),
            json_number(status, "WorkerCount"), json_number(status, "AppliedGeneration"));
    const json_t *walls = json_object_get(status, "Walls");
    if (walls != NULL) {
        char *text = json_value_text(walls);
        output_paragraph(file, "walls: ", text, terminal_width());
        free(text);
    }
    free(uptime);
}

void
status_screen_print(FILE *file, const struct status_answers *answers)
{
    print_sentence(file, answers);
    print_needs(file, answers);
    print_rest(file, answers);
}
