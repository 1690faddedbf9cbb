/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In TLS 1.3 the signature algorithms alone say which certificates a client takes (RFC 8446
 * 4.2.3), before it the suites and curves do as well (RFC 5246 7.4.1.4.1, RFC 8422 5.1). A list
 * that is cut is read as far as it goes: OpenSSL refuses the message itself.
 */
#include "net/tls/tls_hello.h"

#define TLS_1_2 0x0303
#define TLS_1_3 0x0304
#define HOST_NAME 0 /* RFC 6066 3 */

static unsigned
number_at(struct slice bytes, size_t place)
{
    return (unsigned)(uint8_t)bytes.at[place] << 8 | (uint8_t)bytes.at[place + 1];
}

/* What stands behind a length of so many bytes, or nothing where there is less. */
static struct slice
counted(struct slice bytes, size_t length_bytes)
{
    size_t length = 0;

    if (bytes.length < length_bytes)
        return SLICE_NONE;
    for (size_t i = 0; i < length_bytes; i++)
        length = length << 8 | (uint8_t)bytes.at[i];
    if (length > bytes.length - length_bytes)
        return SLICE_NONE;
    return slice_make(bytes.at + length_bytes, length);
}

static bool
holds(struct slice numbers, unsigned wanted)
{
    for (size_t place = 0; place + 1 < numbers.length; place += 2)
        if (number_at(numbers, place) == wanted)
            return true;
    return false;
}

static bool
holds_any(struct slice numbers, const uint16_t *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (holds(numbers, wanted[i]))
            return true;
    return false;
}

/* The newest version that both have. */
static unsigned
version_of(const struct tls_hello_parts *parts, unsigned newest)
{
    struct slice versions = counted(parts->versions, 1);

    if (versions.at == NULL)
        return parts->legacy_version < newest ? parts->legacy_version : newest;
    while (newest > 0x0301 && !holds(versions, newest))
        newest--;
    return newest;
}

/* Letters of a host name in lower case; false: a byte that none has. */
static bool
copy_name(char *out, struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        char byte = slice_lower(name.at[i]);
        bool is_good = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '.' || byte == '_';
        if (!is_good)
            return false;
        out[i] = byte;
    }
    out[name.length] = '\0';
    return true;
}

static void
read_name(struct tls_hello *hello, struct slice extension)
{
    struct slice list = counted(extension, 2);

    hello->server_name[0] = '\0';
    if (list.length < 1 || list.at[0] != HOST_NAME)
        return;
    struct slice name = counted(slice_make(list.at + 1, list.length - 1), 2);
    if (name.length > 0 && name.at[name.length - 1] == '.')
        name.length--;
    if (name.length >= TLS_SERVER_NAME_SIZE || name.length == 0 ||
        !copy_name(hello->server_name, name))
        hello->server_name[0] = '\0';
}

/* Groups and, in TLS 1.3, the scheme of each curve. */
static const struct {
    enum tls_curve curve;
    unsigned group, scheme;
} curves[] = {
    {TLS_CURVE_P256, 23, 0x0403}, {TLS_CURVE_P384, 24, 0x0503}, {TLS_CURVE_P521, 25, 0x0603}};

static void
read_schemes(struct tls_hello *hello, struct slice schemes)
{
    static const uint16_t pss[] = {0x0804, 0x0805, 0x0806};

    hello->takes_rsa = holds_any(schemes, pss, sizeof(pss) / sizeof(pss[0]));
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (holds(schemes, curves[i].scheme))
            hello->takes_curves |= curves[i].curve;
}

/* A client without the list takes what it has suites for. */
static bool
signs(struct slice schemes, const uint16_t *wanted, size_t count)
{
    return schemes.at == NULL || holds_any(schemes, wanted, count);
}

static void
read_suites(struct tls_hello *hello, const struct tls_hello_parts *parts, struct slice schemes,
            const struct tls_suites *suites)
{
    static const uint16_t ecdsa[] = {0x0403, 0x0503, 0x0603, 0x0303, 0x0203};
    static const uint16_t rsa[] = {0x0804, 0x0805, 0x0806, 0x0401,
                                   0x0501, 0x0601, 0x0301, 0x0201};
    struct slice groups = counted(parts->groups, 2);

    hello->takes_rsa = holds_any(parts->suites, suites->rsa, suites->rsa_count) &&
                       signs(schemes, rsa, sizeof(rsa) / sizeof(rsa[0]));
    if (!holds_any(parts->suites, suites->ecdsa, suites->ecdsa_count) ||
        !signs(schemes, ecdsa, sizeof(ecdsa) / sizeof(ecdsa[0])))
        return;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (groups.at == NULL || holds(groups, curves[i].group))
            hello->takes_curves |= curves[i].curve;
}

void
tls_hello_read(struct tls_hello *hello, const struct tls_hello_parts *parts, unsigned newest,
               const struct tls_suites *suites)
{
    unsigned version = version_of(parts, newest);
    struct slice schemes = counted(parts->signatures, 2);

    hello->takes_rsa = false;
    hello->takes_curves = 0;
    read_name(hello, parts->server_name);
    if (version >= TLS_1_3)
        read_schemes(hello, schemes);
    else
        read_suites(hello, parts, version < TLS_1_2 ? SLICE_NONE : schemes, suites);
}
