/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* Text goes to a stream in memory, which grows. */
struct xml {
    FILE *out;
    enum wire wire;
};

static void
write_text(FILE *out, const char *text)
{
    static const char *const escapes[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\r'] = "&#xD;",
    };

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_banned = (byte < ' ' && strchr("\t\n\r", *text) == NULL) || byte == 0x7f;
        const char *escape = byte < 128 ? escapes[byte] : NULL;
        if (escape != NULL)
            fputs(escape, out);
        else
            fputc(is_banned ? '?' : *text, out);
    }
}

static void
write_element(FILE *out, const char *name, const char *text)
{
    fprintf(out, "<%s>", name);
    write_text(out, text);
    fprintf(out, "</%s>", name);
}

static void write_value(const struct xml *xml, const struct shape *shape, const json_t *value);

static void
write_named(const struct xml *xml, const char *name, const struct shape *shape,
            const json_t *value)
{
    fprintf(xml->out, "<%s>", name);
    write_value(xml, shape, value);
    fprintf(xml->out, "</%s>", name);
}

static void
write_structure(const struct xml *xml, const struct shape *shape, const json_t *object)
{
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct shape_member *member = &shape->members[i];
        const json_t *value = json_object_get(object, member->name);
        if (value != NULL && !json_is_null(value))
            write_named(xml, member->wire_name, member->shape, value);
    }
}

static void
write_map(const struct xml *xml, const struct shape *shape, const json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)object, name, value) {
        fputs("<entry>", xml->out);
        write_element(xml->out, shape->members[0].wire_name, name);
        write_named(xml, shape->members[1].wire_name, shape->members[1].shape, value);
        fputs("</entry>", xml->out);
    }
}

static void
write_scalar(FILE *out, const json_t *value)
{
    if (json_is_integer(value))
        fprintf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "true" : "false", out);
    else if (json_is_string(value))
        write_text(out, json_string_value(value));
}

static void
write_value(const struct xml *xml, const struct shape *shape, const json_t *value)
{
    size_t i;
    json_t *element;

    switch (shape->kind) {
    case SHAPE_STRUCTURE:
        write_structure(xml, shape, value);
        return;
    case SHAPE_MAP:
        write_map(xml, shape, value);
        return;
    case SHAPE_LIST:
        json_array_foreach (value, i, element)
            write_named(xml, shape->members[0].wire_name, shape->members[0].shape, element);
        return;
    default:
        write_scalar(xml->out, value);
    }
}

char *
xml_answer(const struct wire_operation *operation, const json_t *output, const char *request_id)
{
    char *text;
    size_t length;
    struct xml xml = {open_memstream(&text, &length), operation->service->wire};

    fprintf(xml.out, "<%sResponse xmlns=\"%s\">", operation->name,
            operation->service->name_space);
    if (xml.wire == WIRE_EC2) {
        write_element(xml.out, "requestId", request_id);
        write_structure(&xml, operation->output, output);
    } else {
        fprintf(xml.out, "<%sResult>", operation->name);
        write_structure(&xml, operation->output, output);
        fprintf(xml.out, "</%sResult><ResponseMetadata>", operation->name);
        write_element(xml.out, "RequestId", request_id);
        fputs("</ResponseMetadata>", xml.out);
    }
    fprintf(xml.out, "</%sResponse>\n", operation->name);
    fclose(xml.out);
    return text;
}

char *
xml_error(const struct wire_service *service, const char *code, const char *message,
          const char *request_id)
{
    bool is_ec2 = service != NULL && service->wire == WIRE_EC2;
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (is_ec2)
        fputs("<Response><Errors><Error>", out);
    else
        fprintf(out, "<ErrorResponse%s%s%s><Error><Type>Sender</Type>",
                service == NULL ? "" : " xmlns=\"", service == NULL ? "" : service->name_space,
                service == NULL ? "" : "\"");
    write_element(out, "Code", code);
    write_element(out, "Message", message);
    fputs(is_ec2 ? "</Error></Errors>" : "</Error>", out);
    write_element(out, is_ec2 ? "RequestID" : "RequestId", request_id);
    fputs(is_ec2 ? "</Response>\n" : "</ErrorResponse>\n", out);
    fclose(out);
    return text;
}

void
xml_make_request_id(char text[XML_REQUEST_ID_SIZE])
{
    uint32_t parts[4];

    random_draw(parts, sizeof(parts));
    snprintf(text, XML_REQUEST_ID_SIZE, "%08x-%04x-4%03x-8%03x-%08x%04x", parts[0],
             parts[1] & 0xffff, parts[1] >> 20, parts[2] & 0xfff, parts[3], parts[2] >> 16);
}

/* What others say stands escaped: such a tag is always ours. */
bool
xml_find_request_id(struct slice xml, char text[XML_REQUEST_ID_SIZE])
{
    static const char *const tags[] = {"<RequestId>", "<requestId>", "<RequestID>"};
    const char *found = NULL;

    for (size_t i = 0; found == NULL && i < sizeof(tags) / sizeof(*tags); i++)
        found = memmem(xml.at, xml.length, tags[i], strlen(tags[i]));
    if (found == NULL)
        return false;
    found += strlen(tags[0]);
    if ((size_t)(xml.at + xml.length - found) < XML_REQUEST_ID_SIZE)
        return false;
    memcpy(text, found, XML_REQUEST_ID_SIZE - 1);
    text[XML_REQUEST_ID_SIZE - 1] = '\0';
    return strspn(text, "0123456789abcdef-") == XML_REQUEST_ID_SIZE - 1;
}
