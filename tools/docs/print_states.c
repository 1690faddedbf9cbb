/* SPDX-License-Identifier: Apache-2.0 */
/* docs/states.md out of target_states.def, target_reasons.def and probe_outcomes.def. */
#include <stdio.h>

#include "model/probe_outcome.h"
#include "model/target.h"
#include "print_reference.h"

static const char introduction[] =
    "# Target states\n"
    "\n"
    "<!-- Printed from target_states.def, target_reasons.def and probe_outcomes.def in "
    "src/model "
    "by `make docs`. -->\n"
    "\n"
    "A target has two states that nothing mixes:\n"
    "\n"
    "- its **membership**, kept by control: whether it is part of its group;\n"
    "- its **health**, found by the observer: whether it answers its checks.\n"
    "\n"
    "Workers choose a target that is *in service* (or *recalled*) and *healthy* (or whose\n"
    "group has no checks). Where fewer targets are healthy than\n"
    "`target_group_health.unhealthy_state_routing` asks for, the group fails open: every\n"
    "target in service may be chosen.\n"
    "\n"
    "## Membership\n"
    "\n"
    "```\n"
    "                applied by every worker              deregistered\n"
    "  registering --------------------------> in service ------------> draining\n"
    "    ^   |                                     |                     |   |\n"
    "    |   |               registered again      |                     |   |\n"
    "    +---)-------------------------------------)---------------------+   |\n"
    "        |                                     |                         |\n"
    "        | evicted                             | evicted                 | nothing in "
    "flight,\n"
    "        +-----------------------------------> gone <--------------------+ delay over, "
    "evicted\n"
    "\n"
    "               drained by hand                      deregistered\n"
    "  all but gone ---------------------------> held ------------------> draining\n"
    "                                             |\n"
    "                                             | made ready (registered again)\n"
    "                                             v\n"
    "                                        registering\n"
    "\n"
    "                      its task got a stop sign             nobody else can take requests\n"
    "  registering,      --------------------------> stopping <------------------------------> "
    "recalled\n"
    "  in service                                       |      another can, or it no longer    "
    " "
    "|\n"
    "                                                   |      answers, or its end is near     "
    " "
    "|\n"
    "                                                   | its task has ended                   "
    " |\n"
    "                                                   v                                      "
    " v\n"
    "                                               draining                               "
    "draining\n"
    "```\n"
    "\n"
    "A target that is deregistered while it is registering drains as well: some workers may\n"
    "know it already.\n"
    "\n"
    "*Held* is what `fairleadctl drain` makes of a target: it finishes what it has, gets no "
    "new\n"
    "requests, is not checked, and stays until `fairleadctl ready`. Holding is one of three\n"
    "things that hands can say against what tasks and the configuration ask for (registered,\n"
    "excluded, held), and like the others it is kept over restarts and reloads, for the place\n"
    "and, where there is one, for this run of the task. A held target that nothing asks for "
    "any\n"
    "more (deregistered, its container stopped, its task gone, taken out of the file) drains "
    "as\n"
    "any other; one that leaves can neither be held nor made ready. When the task or the\n"
    "configuration asks for it again, it is held again.\n"
    "\n"
    "*Stopping* is a target whose task is about to stop, as the first sign of it says (a\n"
    "container's stop signal; a desired status; or its port refuses while its source cannot "
    "be\n"
    "asked). It gets no new requests, but is checked and stays until its task has ended, for\n"
    "where every target of its group that could be chosen is stopping, it may be *recalled*: "
    "a\n"
    "second later, who still answers its check takes requests again, until that ends, another\n"
    "target is ready, or its task is ended by force in a second ([deploys](deploys.md)). A "
    "held\n"
    "target drains at a stop sign, and is not recalled.\n"
    "\n"
    "A target that is gone stays gone: the same address registered later is another target "
    "with\n"
    "another id, so that connections, health and stickiness never pass from one task to the\n"
    "next. The deregistration delay begins when every worker has applied the generation "
    "without\n"
    "the target; draining ends as soon as nothing is in flight, at the latest with the delay.\n"
    "\n"
    "Every event in every state (a dash: nothing changes):\n"
    "\n";

/* A column of what the row is about, and one for each membership. */
static void
print_columns(const char *first)
{
    printf("| %s |", first);
    for (unsigned membership = 0; membership < MEMBERSHIP_COUNT; membership++)
        printf(" %s |", target_membership_text((enum target_membership)membership));
    printf("\n| --- |");
    for (unsigned membership = 0; membership < MEMBERSHIP_COUNT; membership++)
        printf(" --- |");
    printf("\n");
}

static void
print_transitions(void)
{
    print_columns("Event");
    for (unsigned event = 0; event < TARGET_EVENT_COUNT; event++) {
        printf("| %s |", target_event_text((enum target_event)event));
        for (unsigned from = 0; from < MEMBERSHIP_COUNT; from++) {
            enum target_membership to =
                target_next_membership((enum target_membership)from, (enum target_event)event);
            printf(" %s |", to == from ? "-" : target_membership_text(to));
        }
        printf("\n");
    }
}

static void
print_shown(void)
{
    printf("\n## What people see\n\n"
           "`fairleadctl targets` and the metrics show one state, the ALB's word. Membership\n"
           "comes first, health where the target is in service:\n\n");
    print_columns("Health");
    for (unsigned health = 0; health <= HEALTH_UNAVAILABLE; health++) {
        printf("| %s |", target_health_text((enum target_health)health));
        for (unsigned membership = 0; membership < MEMBERSHIP_COUNT; membership++)
            printf(" `%s` |", target_shown_state((enum target_membership)membership,
                                                 (enum target_health)health));
        printf("\n");
    }
}

static void
print_reasons(void)
{
    printf("\n## Reasons\n\n| Code | Description |\n| --- | --- |\n");
    for (unsigned reason = TARGET_REASON_NONE + 1; reason < TARGET_REASON_COUNT; reason++)
        printf("| `%s` | %s |\n", target_reason_code((enum target_reason)reason),
               target_reason_description((enum target_reason)reason));
}

/* What stands behind the description, by the reason that it leads to. */
static void
print_outcomes(void)
{
    printf(
        "\nBehind the description of a failed check, and of one that is initial still, stands "
        "what the\ncheck met (`Health checks failed: connection refused`); "
        "`TargetHealth.LastCheck` has `Time`,\n`LatencyMicroseconds` and, in the same words, "
        "the `Result` of the last check. A check may have an\nanswer as large as traffic may: "
        "`limits.response_head_bytes`, and any body that comes in time.\n\n"
        "| Result | Makes unhealthy with |\n| --- | --- |\n");
    for (unsigned i = PROBE_NONE + 1; i < PROBE_OUTCOME_COUNT; i++) {
        const struct probe_report report = {
            .outcome = (enum probe_outcome)i, .http_code = 503, .timeout_ms = 5000};
        const char *code = target_reason_code(probe_outcome_reason(report.outcome));
        char words[PROBE_OUTCOME_TEXT_SIZE];
        probe_outcome_describe(&report, words, sizeof(words));
        printf("| %s | %s%s%s |\n", words, *code == '\0' ? "-" : "`", code,
               *code == '\0' ? "" : "`");
    }
}

void
print_states(void)
{
    fputs(introduction, stdout);
    print_transitions();
    print_shown();
    print_reasons();
    print_outcomes();
}
