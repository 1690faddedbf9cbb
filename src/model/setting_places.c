/* SPDX-License-Identifier: Apache-2.0 */
#include "model/setting_places.h"

#include "model/settings.h"

const struct setting_place *
setting_places_find(const struct setting_places *places, const struct setting *row)
{
    for (size_t i = 0; places != NULL && i < places->count; i++) {
        if (&settings[places->given[i].row] == row)
            return &places->given[i];
    }
    return NULL;
}
