/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Challenges are a list whose elements hold lists themselves (RFC 9110 11.6.1). Each element
 * between commas is looked at for itself, also those in quotes: what is taken for a scheme by
 * mistake costs a connection, the other mistake a user's session.
 */
#include "http/login.h"

static bool
is_of_connection(struct slice element)
{
    static const struct slice ntlm = {"NTLM", 4}, negotiate = {"Negotiate", 9};
    size_t space = slice_find(element, ' '), tab = slice_find(element, '\t');
    struct slice scheme = slice_make(element.at, space < tab ? space : tab);

    return slice_equal_ignoring_case(scheme, ntlm) ||
           slice_equal_ignoring_case(scheme, negotiate);
}

static bool
names_connection(const struct http_field *field)
{
    struct slice rest = field->value;
    struct slice element;

    while (slice_next(&rest, ',', &element))
        if (is_of_connection(element))
            return true;
    return false;
}

bool
login_names_connection(const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if ((LOGIN_FIELDS >> head->fields[i].id & 1) != 0 && names_connection(&head->fields[i]))
            return true;
    return false;
}
