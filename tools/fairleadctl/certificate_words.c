/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_words.h"

#include <string.h>

#include "base/memory.h"
#include "json_text.h"

char *
certificate_names_words(const json_t *certificate)
{
    return json_first_and_more(json_object_get(certificate, "Names"),
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

    return json_first_and_more(listeners, (double)json_array_size(listeners));
}
