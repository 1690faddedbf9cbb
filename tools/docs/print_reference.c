/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints a document that comes from tables: print_reference NAME, or with the document on stdin
 * print_reference tables.
 */
#include "print_reference.h"

#include <string.h>

static const struct document {
    const char *name;
    void (*print)(void);
} documents[] = {
    {"configuration", print_settings},
    {"metrics", print_metrics},
    {"states", print_states},
};

static bool
print(const char *name)
{
    if (strcmp(name, "tables") == 0)
        return print_with_tables(stdin);
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        if (strcmp(name, documents[i].name) != 0)
            continue;
        documents[i].print();
        return true;
    }
    fprintf(stderr, "usage: print_reference configuration|metrics|states|tables\n");
    return false;
}

int
main(int argc, char **argv)
{
    bool is_printed = print(argc == 2 ? argv[1] : "");

    return is_printed && fflush(stdout) == 0 ? 0 : 1;
}
