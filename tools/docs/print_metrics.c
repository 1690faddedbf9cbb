/* SPDX-License-Identifier: Apache-2.0 */
/* docs/metrics.md out of counters.def, metrics.def and end_reasons.def. */
#include <stdio.h>
#include <string.h>

#include "ipc/counters.h"
#include "observer/exposition.h"
#include "print_reference.h"

struct row {
    const char *metric, *type, *labels, *cloudwatch, *help;
};

static const struct row process_rows[] = {

#define COUNTER(id, metric, labels, type, cloudwatch, help)                                    \
    {(metric), (type), (labels), (cloudwatch), (help)},
#include "ipc/counters.def"
#undef COUNTER
};

static const struct row named_rows[] = {

#define METRIC_FAMILY(function, metric, type, labels, cloudwatch, help)                        \
    {(metric), (type), (labels), (cloudwatch), (help)},
#define METRIC_GROUP(member, metric, type, cloudwatch, help)                                   \
    {(metric), (type), "target_group", (cloudwatch), (help)},
#define METRIC_TARGET(member, metric, type, cloudwatch, help)                                  \
    {(metric), (type), "target_group, target", (cloudwatch), (help)},
#define METRIC_PROVIDER(member, metric, type, cloudwatch, help)                                \
    {(metric), (type), "provider", (cloudwatch), (help)},
#include "observer/metrics.def"
#undef METRIC_FAMILY
#undef METRIC_GROUP
#undef METRIC_TARGET
#undef METRIC_PROVIDER
};

static const struct {
    const char *name, *text;
} end_reasons[] = {

#define END_REASON(id, name, status, text) {(name), (text)},
#include "ipc/end_reasons.def"
#undef END_REASON
};

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

/* The row's labels: names between commas, or the name and value of a plain counter's. */
static void
print_labels(const struct row *rows, size_t count, size_t first)
{
    printf("%s", rows[first].labels);
    for (size_t i = first + 1; i < count && strcmp(rows[i].metric, rows[first].metric) == 0;
         i++)
        printf(", %s", rows[i].labels);
}

static void
print_rows(const struct row *rows, size_t count)
{
    puts("| metric | type | labels | CloudWatch | meaning |\n| --- | --- | --- | --- | --- |");
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(rows[i].metric, rows[i - 1].metric) == 0)
            continue;
        printf("| `%s` | %s | ", rows[i].metric, rows[i].type);
        print_labels(rows, count, i);
        printf(" | %s | %s |\n", rows[i].cloudwatch, rows[i].help);
    }
}

static void
print_buckets(void)
{
    char memory[512];
    struct text text = text_over(memory, sizeof(memory));

    for (size_t i = 0; i < COUNTERS_BUCKETS - 1; i++) {
        if (i > 0)
            text_add_literal(&text, ", ");
        exposition_format_seconds(&text, counters_bucket_bounds_us[i]);
    }
    printf("The histogram's upper bounds in seconds: %.*s, +Inf.\n",
           SLICE_PRINT(text_slice(&text)));
}

static void
print_end_reasons(void)
{
    puts("\n## End reasons\n\n"
         "Every exchange ends for exactly one of these: the label `reason` of\n"
         "`fairlead_ends_total`, and `end_reason` in a JSON access log.\n\n"
         "| reason | meaning |\n| --- | --- |");
    for (size_t i = 0; i < COUNT_OF(end_reasons); i++)
        printf("| `%s` | %s |\n", end_reasons[i].name, end_reasons[i].text);
}

void
print_metrics(void)
{
    puts("# Metrics\n\n"
         "<!-- Printed from src/ipc/counters.def, src/observer/metrics.def and\n"
         "     src/ipc/end_reasons.def by `make docs`. -->\n\n"
         "`GET /metrics` on the metrics listener, and `fairleadctl metrics`, give these in\n"
         "Prometheus' text form. Values are sums over all workers and go on over reloads and\n"
         "restarts of workers. The CloudWatch column names the AWS/ApplicationELB metric that\n"
         "says the same. Health checks count in none of them. HealthyStateDNS and\n"
         "UnhealthyStateDNS have no counterpart: fairlead answers no DNS.\n\n"
         "`conf/prometheus-alerts.yml` has alert rules (groups that fail open or are empty,\n"
         "providers that are away for two minutes, more than 1 % of 5xx of fairlead's own),\n"
         "`conf/grafana-dashboard.json` a dashboard; both are installed in "
         "`/usr/share/fairlead`.\n\n"
         "## The process\n");
    print_rows(process_rows, COUNT_OF(process_rows));
    puts("\n## Listeners, target groups, targets and providers\n");
    print_rows(named_rows, COUNT_OF(named_rows));
    putchar('\n');
    print_buckets();
    print_end_reasons();
}
