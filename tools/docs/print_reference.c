/* SPDX-License-Identifier: Apache-2.0 */
/* Prints one of the reference documents that come from tables: print_reference NAME. */
#include "print_reference.h"

#include <stdio.h>
#include <string.h>

static const struct document {
    const char *name;
    void (*print)(void);
} documents[] = {
    {"configuration", print_settings},
    {"metrics", print_metrics},
    {"states", print_states},
};

int
main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        if (argc == 2 && strcmp(argv[1], documents[i].name) == 0) {
            documents[i].print();
            return fflush(stdout) == 0 ? 0 : 1;
        }
    }
    fprintf(stderr, "usage: print_reference configuration|metrics|states\n");
    return 2;
}
