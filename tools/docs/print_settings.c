/* SPDX-License-Identifier: Apache-2.0 */
/* docs/configuration.md out of settings.def: a section for each scope, a row for each setting.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/setting_value.h"
#include "print_reference.h"

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "<!-- Printed from src/model/settings.def by `make docs`; change it there. -->\n"
    "\n"
    "The file is in libconfig's form. A dotted name in the tables is a group within a group:\n"
    "`idle_timeout.timeout_seconds = 60` is written\n"
    "\n"
    "```\n"
    "idle_timeout = { timeout_seconds = 60; };\n"
    "```\n"
    "\n"
    "Names, defaults and ranges are those of ELBv2 and ECS where these have the setting; the\n"
    "column *ALB, ECS* gives their name for it, and a dash means that it is fairlead's own.\n"
    "Settings that end in `_milliseconds` say the same as the one before them, finer: a file\n"
    "gives one of the two. `true` and `false` may be written `\"on\"` and `\"off\"`.\n"
    "\n"
    "- `fairlead -c -f FILE` checks a file: every unknown setting, wrong type, value out of\n"
    "  range and contradiction is listed as `FILE:LINE: PATH: reason`, all of them at once.\n"
    "- A reload (`SIGHUP`, `fairleadctl reload`) checks in the same way; while anything is "
    "wrong,\n"
    "  the old configuration goes on.\n"
    "- What is hardly meant is a warning (`ok, 2 warnings`): a group that no rule uses, "
    "services\n"
    "  without a provider, a log folder that is missing. A reload's answer has these too, "
    "says\n"
    "  what changed, and names settings that change only with a restart.\n"
    "- A reload that would close every listener or remove every provider is refused, unless "
    "it\n"
    "  is `fairleadctl reload --force`. Files are read by a process of their own: a slow disk\n"
    "  delays nothing; after 10 s the file is refused.\n"
    "- A file without `listeners` is refused, also by force: one that was emptied or cut is "
    "no\n"
    "  wish to close everything, `listeners = ();` is. So are files that are not regular "
    "ones,\n"
    "  or more than 16 MiB together.\n"
    "- More than 65,536 static targets, 4,096 target groups, 32 providers, or 8,192 listeners\n"
    "  and pairs of a listener and a group that its rules lead to, are refused.\n"
    "- Two texts side by side (`\"/a\" \"/b\"`) are refused, in lists and outside: libconfig "
    "would\n"
    "  join them. Numbers are taken as written, up to 64 bits.\n"
    "- A line `@include \"FILE\"` stands for the text of that file; a relative name is "
    "relative to\n"
    "  the folder of the file that it stands in. It stands alone: anything but a comment\n"
    "  behind the name is refused. So is `\\x00` in a text, which would end it there.\n"
    "- Where a list holds a single text, the list may be left out: `values = \"/app1/*\"`,\n"
    "  `target_groups = ( \"a\", \"b\" )`.\n"
    "- What a condition or an action has beside its `field` or `type` may stand flat, or "
    "within\n"
    "  the group that ELBv2 nests it in: `path_pattern_config = { values = [ \"/app1\" ]; }`,\n"
    "  `host_header_config`, `http_header_config`, `http_request_method_config`,\n"
    "  `query_string_config`, `source_ip_config`; `forward_config`, `redirect_config`,\n"
    "  `fixed_response_config`.\n"
    "- Rules may have any number of conditions' values and wildcards; host names of one label\n"
    "  are allowed. Otherwise patterns keep ELBv2's characters and lengths.\n"
    "- Timeouts follow the idle timeout, as the ALB's do; raise "
    "`timeouts.tunnel_idle_seconds`\n"
    "  for WebSockets that may be silent for longer.\n"
    "\n"
    "`conf/fairlead.conf`, which is installed among the examples, is complete.\n";

/* Text within a table's cell. */
static void
print_cell(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

static void
print_words(enum setting_words words)
{
    const char *separator = "";

    for (size_t i = 0; i < setting_word_count; i++) {
        if (setting_word_table[i].words != words)
            continue;
        printf("%s`%s`", separator, setting_word_table[i].text);
        separator = ", ";
    }
}

static bool
is_number(enum setting_kind kind)
{
    return (setting_kind_forms(kind) & WRITTEN_AS_NUMBER) != 0 && !setting_kind_owns_text(kind);
}

/* What may be written: choices, a range, the kind and its bound. */
static void
print_range(const struct setting *setting)
{
    if (setting->words != WORDS_NONE)
        print_words(setting->words);
    else if (setting->kind == SETTING_CODES || setting->kind == SETTING_BOOL)
        print_cell(setting->kind == SETTING_CODES ? "codes from 200 to 499" : "true or false");
    else if (setting->kind == SETTING_SIZE)
        printf("from %" PRIu64, setting->minimum);
    else if (is_number(setting->kind))
        printf("%s%" PRIu64 "..%" PRIu64,
               setting->kind == SETTING_NUMBER_OR_OFF    ? "`off` or "
               : setting->kind == SETTING_SECONDS_OR_OFF ? "0 or "
               : setting->kind == SETTING_CHECK_PORT     ? "`traffic-port` or "
                                                         : "",
               setting->minimum, setting->maximum);
    else if (setting->kind == SETTING_PATH || setting->kind == SETTING_SOCKET)
        printf("absolute path");
    else if (setting->kind == SETTING_ADDRESS)
        printf("IP address");
    else if (setting->kind == SETTING_LIST || setting->kind == SETTING_ONE)
        printf("list of %s", setting->kind == SETTING_ONE ? "one group" : "groups");
    else
        printf("text, at most %" PRIu64 " bytes", setting->maximum);
}

static void
print_standard(const struct setting *setting)
{
    if (setting->standard == setting_required)
        printf("**required**");
    else if (setting->standard != NULL && *setting->standard == '=')
        printf("as `%s`", strrchr(setting->standard, '.') == NULL ? setting->standard + 1
                                                                  : "idle_timeout");
    else if (setting->standard != NULL)
        printf("`%s`", setting->standard);
}

static void
print_row(const struct setting *setting)
{
    printf("| `%s` | ", setting->path);
    print_range(setting);
    printf(" | ");
    print_standard(setting);
    printf(" | %s%s%s | ", setting->attribute == NULL ? "" : "`",
           setting->attribute == NULL ? "-" : setting->attribute,
           setting->attribute == NULL ? "" : "`");
    print_cell(setting->help);
    printf("%s |\n", setting_needs_restart(setting) ? ". Changes only with a restart" : "");
}

static void
print_scope_title(const struct setting_scope_info *info)
{
    printf("\n## %s\n", info->title);
    if (info->group != NULL)
        printf("\nBeside `%s`, or within `%s = { ... }`, as ELBv2 nests it.\n", info->selector,
               info->group);
}

static void
print_scope(enum setting_scope scope)
{
    bool has_begun = false;

    for (size_t i = 0; i < setting_count; i++) {
        if (settings[i].scope != scope)
            continue;
        if (!has_begun)
            print_scope_title(&setting_scopes[scope]);
        if (!has_begun)
            printf("\n| Setting | Value | Default | ALB, ECS | Meaning |\n"
                   "| --- | --- | --- | --- | --- |\n");
        has_begun = true;
        print_row(&settings[i]);
    }
}

void
print_settings(void)
{
    fputs(introduction, stdout);
    for (unsigned scope = 0; scope < SCOPE_COUNT; scope++)
        print_scope((enum setting_scope)scope);
}
