/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.def as data: the scopes (one for each struct that the file fills) and their rows.
 * The reader, config_free and the printed reference walk these tables; nothing else lists
 * settings.
 */
#ifndef FAIRLEAD_MODEL_SETTINGS_H
#define FAIRLEAD_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_scope {

#define SETTING_SCOPE(id, base, selector, word, group, type, title) SCOPE_##id,
#include "model/settings.def"
#undef SETTING_SCOPE
    SCOPE_COUNT
};

/* How a value is read and what its member is. */
enum setting_kind {
    SETTING_BOOL,           /* bool */
    SETTING_NUMBER,         /* unsigned */
    SETTING_NUMBER_OR_OFF,  /* unsigned; off is 0 */
    SETTING_SIZE,           /* uint64_t */
    SETTING_SECONDS,        /* unsigned, in milliseconds */
    SETTING_SECONDS_OR_OFF, /* unsigned, in milliseconds; off is 0 */
    SETTING_TEXT,           /* char *, as all up to CHOICE_TEXT */
    SETTING_BODY,           /* may have several lines */
    SETTING_NAME,
    SETTING_HOST_NAME,
    SETTING_PATH,
    SETTING_SOCKET,
    SETTING_ADDRESS,
    SETTING_SOURCE,
    SETTING_PORT_TEXT,
    SETTING_CHOICE_TEXT,
    SETTING_CHOICE,     /* an enum */
    SETTING_POLICY,     /* unsigned, an index of ssl_policies */
    SETTING_CHECK_PORT, /* unsigned; traffic-port is 0 */
    SETTING_STATUS,     /* unsigned */
    SETTING_CODES,      /* struct http_codes */
    SETTING_LIST,       /* pointer to structs, and a count */
    SETTING_ONE,        /* a struct */
};

enum setting_words {
    WORDS_NONE,
    WORDS_PROTOCOL,
    WORDS_LISTENER_PROTOCOL,
    WORDS_ALPN_POLICY,
    WORDS_MUTUAL_MODE,
    WORDS_SWITCH,
    WORDS_PROTOCOL_VERSION,
    WORDS_DESYNC,
    WORDS_XFF,
    WORDS_ALGORITHM,
    WORDS_STICKINESS,
    WORDS_LOG_FORMAT,
    WORDS_LOG_FORM,
    WORDS_CONDITION,
    WORDS_ACTION,
    WORDS_TARGET_TYPE,
    WORDS_DIAL,
    WORDS_PROVIDER,
    WORDS_CONTENT_TYPE,
};

struct setting {
    const char *path;
    const char *standard;         /* as the file would write it, "=PATH", NULL, or required */
    const char *attribute, *help; /* attribute NULL: ours */
    size_t offset;                /* of the member in the scope's struct */
    size_t count_offset;          /* LIST: of the member that counts */
    uint64_t minimum, maximum;    /* in the file's unit; of texts: length */
    enum setting_scope scope;
    enum setting_kind kind;
    enum setting_scope elements; /* LIST and ONE */
    enum setting_words words;    /* CHOICE and CHOICE_TEXT */
};

struct setting_scope_info {
    const char *selector; /* setting of the base whose word chooses the scope; NULL: none */
    const char *word;
    const char *group; /* that its settings may stand in as well; NULL: none */
    const char *title;
    size_t size_bytes;       /* of its struct */
    size_t places_offset;    /* of its member for setting_places.h */
    enum setting_scope base; /* itself where it has none */
};

struct setting_word {
    const char *text;
    enum setting_words words;
    int value;
};

/* The standard of settings that every file must give; compared by address. */
extern const char setting_required[];

extern const struct setting settings[];
extern const size_t setting_count;
extern const struct setting_scope_info setting_scopes[SCOPE_COUNT];
extern const struct setting_word setting_word_table[];
extern const size_t setting_word_count;

/* The row of that path in the scope or its base; NULL: there is none. */
const struct setting *setting_find(enum setting_scope scope, const char *path);
/* Its index in setting_rows; SIZE_MAX: there is none. */
size_t setting_index(enum setting_scope scope, const char *path);

/* The rows that can be used in the scope, its own and those of its base that it does not
 * replace; and all rows of a base and of the scopes over it. Both end with NULL. */
const struct setting *const *setting_rows(enum setting_scope scope);
const struct setting *const *setting_rows_over(enum setting_scope base);

/* Of the rows of its scope that fill the same member, the first. */
const struct setting *setting_first(const struct setting *setting);

/* Whether some row of the scope lies below the path: "health_check" for
 * "health_check.path". */
bool setting_is_group(enum setting_scope scope, const char *path);

/* The scope over base that the word selects; SCOPE_COUNT: no such. */
enum setting_scope setting_scope_select(enum setting_scope base, const char *word);

/* What the user may have meant with a path that is unknown; false: nothing is near. */
bool setting_suggest(enum setting_scope scope, const char *path, char *suggestion,
                     size_t size_bytes);

/* What a set calls a value; CHECKs that it does. */
const char *setting_word_text(enum setting_words words, int value);

/* Whether a word of that setting gives others another default. */
bool setting_chooses(const struct setting *selector);

/* The default that takes the place of a setting's own where a selector has that word; NULL:
 * none does. */
const char *setting_standard_of(const struct setting *setting, const char *selector,
                                const char *word);

/* Whether a reload leaves the setting as it is. */
bool setting_needs_restart(const struct setting *setting);

/* What elements of a list are told apart by: at most two rows of their scope, the second NULL
 * where there is one only; both NULL: by nothing. */
struct setting_key {
    const struct setting *rows[2];
};

struct setting_key setting_key(enum setting_scope scope);

/* Whether elements of the scope may be written as a bare text, which fills the first row that
 * every element must give. */
bool setting_scope_is_bare(enum setting_scope scope);
const struct setting *setting_bare_row(enum setting_scope scope);

/* Whether a list of elements of the scope may be written as a group: each member's name fills
 * the scope's first row, its value the second. */
bool setting_scope_is_pair(enum setting_scope scope);

/* Of several names the one nearest to a misspelt one, close enough to be meant. */
struct setting_guess {
    const char *wanted;
    const char *best; /* NULL: none so far */
    unsigned distance;
};

/* Whether a word protects less than others of its set: then it is chosen, never suggested. */
bool setting_word_is_weak(const struct setting_word *word);

void setting_guess_try(struct setting_guess *guess, const char *candidate);

#endif
