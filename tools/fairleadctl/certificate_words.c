/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_words.h"

#include <string.h>

#include "base/memory.h"
#include "json_text.h"

/* The first of a list, and how many more there are. */
static char *
first_and_more(const json_t *list, double count)
{
    const char *first = json_string_value(json_array_get(list, 0));

    if (first == NULL)
        return memory_copy_text("");
    return count > 1 ? memory_print("%s, +%.0f", first, count - 1) : memory_copy_text(first);
}

char *
certificate_names_words(const json_t *certificate)
{
    return first_and_more(json_object_get(certificate, "Names"),
                          json_number(certificate, "NameCount"));
}

char *
certificate_days_words(const json_t *certificate)
{
    double days = json_number(certificate, "DaysLeft");

    return days < 0 ? memory_copy_text("expired") : memory_print("%.0f", days);
}

char *
certificate_listeners_words(const json_t *certificate)
{
    const json_t *listeners = json_object_get(certificate, "Listeners");

    return first_and_more(listeners, (double)json_array_size(listeners));
}
