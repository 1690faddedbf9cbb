/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many certificates in little time: ECDSA P-256, each with a key of its own and two names, by
 * one small authority that stands behind each in its file.
 * usage: certificate_maker FOLDER COUNT [FIRST]
 * FOLDER/hostN.pem holds certificate, authority and key, for hostN.test and www.hostN.test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define VALID_S (90L * 86400)

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

static void
need(int is_good, const char *what)
{
    if (is_good)
        return;
    perror(what);
    exit(1);
}

static void
set_name(X509_NAME *name, const char *text)
{
    need(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1,
                                    -1, 0),
         text);
}

/* Built from its parts: reading it from text is half of what a certificate takes. */
static void
set_hosts(X509 *certificate, const char *host)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    char www[64];

    snprintf(www, sizeof(www), "www.%s", host);
    for (int i = 0; i < 2; i++) {
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_IA5STRING *text = ASN1_IA5STRING_new();
        need(ASN1_STRING_set(text, i == 0 ? host : www, -1), host);
        GENERAL_NAME_set0_value(name, GEN_DNS, text);
        need(sk_GENERAL_NAME_push(names, name), host);
    }
    need(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1, host);
    GENERAL_NAMES_free(names);
}

/* issuer NULL: by itself, an authority. */
static struct identity
make(const char *name, long serial, const struct identity *issuer)
{
    struct identity made = {X509_new(), EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")};

    need(made.certificate != NULL && made.key != NULL, name);
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), VALID_S);
    X509_set_pubkey(made.certificate, made.key);
    set_name(X509_get_subject_name(made.certificate), name);
    X509_set_issuer_name(
        made.certificate,
        X509_get_subject_name(issuer == NULL ? made.certificate : issuer->certificate));
    if (issuer != NULL) {
        set_hosts(made.certificate, name);
    } else {
        BASIC_CONSTRAINTS authority = {.ca = 1};
        X509_add1_ext_i2d(made.certificate, NID_basic_constraints, &authority, 1, 0);
    }
    need(X509_sign(made.certificate, issuer == NULL ? made.key : issuer->key, EVP_sha256()) > 0,
         name);
    return made;
}

static void
drop(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

static void
write_file(const char *path, const struct identity *one, const struct identity *authority)
{
    FILE *file = fopen(path, "w");

    need(file != NULL, path);
    need(PEM_write_X509(file, one->certificate) == 1 &&
             PEM_write_X509(file, authority->certificate) == 1 &&
             PEM_write_PrivateKey(file, one->key, NULL, NULL, 0, NULL, NULL) == 1,
         path);
    need(fclose(file) == 0, path);
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: certificate_maker FOLDER COUNT [FIRST]\n");
        return 2;
    }
    long count = strtol(argv[2], NULL, 10), first = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    struct identity authority = make("bench authority", 1, NULL);

    umask(077);
    for (long i = first; i < first + count; i++) {
        char host[32], path[4096];
        snprintf(host, sizeof(host), "host%ld.test", i);
        snprintf(path, sizeof(path), "%s/host%ld.pem", argv[1], i);
        struct identity one = make(host, i + 2, &authority);
        write_file(path, &one, &authority);
        drop(&one);
    }
    drop(&authority);
    return 0;
}
