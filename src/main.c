/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the command line and becomes one of the roles. Children are started by control
 * with their role in argv[0], which is also what ps shows.
 */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <jansson.h>
#include <libconfig.h>
#include <llhttp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/log.h"
#include "base/directories.h"
#include "base/title.h"
#include "net/library_versions.h"
#include "control/control.h"
#include "logger/logger.h"
#include "ipc/channel.h"
#include "observer/observer.h"
#include "worker/worker.h"

#define USAGE_STATUS 2
#define DEFAULT_CONFIG DIRECTORY_CONFIGURATION "/fairlead.conf"

static const struct option long_options[] = {

#define PROGRAM_OPTION(letter, name, value, help)                                              \
    {(name), (value) == NULL ? no_argument : required_argument, NULL, (letter)},
#include "options.def"
#undef PROGRAM_OPTION
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "usage: fairlead [-f FILE] [-v]      run in the foreground until SIGTERM\n"
    "       fairlead -c [-f FILE]        check the configuration\n"
    "       fairlead --version | --help\n"
    "\n";

static void
print_option(FILE *file, char letter, const char *name, const char *value, const char *help)
{
    char word[32];

    snprintf(word, sizeof(word), "%s%s%s", name, value == NULL ? "" : " ",
             value == NULL ? "" : value);
    fprintf(file, "  -%c, --%-13s %s\n", letter, word, help);
}

static void
print_usage(FILE *file)
{
    fputs(usage, file);
#define PROGRAM_OPTION(letter, name, value, help) print_option(file, letter, name, value, help);
#include "options.def"
#undef PROGRAM_OPTION
    fputs("\nSignals:\n", file);
#define CONTROL_SIGNAL(id, action, help) fprintf(file, "  %-4s  %s\n", #id, help);
#include "control/signals.def"
#undef CONTROL_SIGNAL
}

static int
print_version(void)
{
    char libraries[LIBRARY_VERSIONS_SIZE];

    library_versions(libraries);
    printf("fairlead %s\n%s llhttp/%d.%d.%d jansson/%s libconfig/%d.%d.%d\n", PACKAGE_VERSION,
           libraries, LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH,
           jansson_version_str(), LIBCONFIG_VER_MAJOR, LIBCONFIG_VER_MINOR,
           LIBCONFIG_VER_REVISION);
    return EXIT_SUCCESS;
}

static bool
starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static int
run_from_arguments(int argc, char **argv)
{
    struct control_options control = {.config_path = DEFAULT_CONFIG};
    bool is_check = false, is_trial = false;
    int option;

    while ((option = getopt_long(argc, argv, "f:ctvTVh", long_options, NULL)) != -1) {
        switch (option) {
        case 'f':
            control.config_path = optarg;
            break;
        case 'c':
        case 't':
            is_check = true;
            break;
        case 'v':
            control.is_verbose = true;
            break;
        case 'T':
            is_trial = true;
            break;
        case 'V':
            return print_version();
        case 'h':
            print_usage(stdout);
            return fflush(stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
        default:
            print_usage(stderr);
            return USAGE_STATUS;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "fairlead: does not take the argument %s\n", argv[optind]);
        print_usage(stderr);
        return USAGE_STATUS;
    }
    if (is_trial)
        return control_try(&control);
    return is_check ? control_check(control.config_path) : control_run(&control);
}

/*
 * Terminals and service managers signal every process of a group; control decides for all. A
 * worker takes SIGTERM to heart while it serves, but neither before nor after that.
 */
static void
ignore_signals(void)
{
    static const int ignored[] = {SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
}

/*
 * What whoever started control had open reaches no child: it keeps standard error and its
 * channel, and writes to the descriptors 0 and 1 go nowhere.
 */
static void
close_inherited(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; nowhere != -1 && fd <= STDOUT_FILENO; fd++)
        dup2(nowhere, fd);
    close_range(CHANNEL_FD + 1, UINT_MAX, 0);
}

static void
become_child(void)
{
    ignore_signals();
    close_inherited();
}

/* Where somebody closed stdin, stdout or stderr, the next file opened would get that number:
 * messages would be written over the counters. */
static bool
keep_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR); // NOLINT(android-cloexec-open): they are standard
    while (fd != -1 && fd <= STDERR_FILENO);
    return fd != -1 && close(fd) == 0;
}

/* What a process of that title runs; NULL: it is no child. */
static int (*find_child(const char *title))(void)
{
    static const struct {
        const char *title;
        int (*run)(void);
    } children[] = {
        {"fairlead: worker", worker_run},
        {"fairlead: observer", observer_run},
        {"fairlead: logger", logger_run},
        {"fairlead: api", api_run},
    };

    for (size_t i = 0; i < sizeof(children) / sizeof(children[0]); i++)
        if (starts_with(title, children[i].title))
            return children[i].run;
    return NULL;
}

int
main(int argc, char **argv)
{
    if (argc == 0)
        return USAGE_STATUS;
    int (*child_run)(void) = find_child(argv[0]);

    title_init(argc, argv);
    /* Children are started as /proc/self/exe, which top and perf would call "exe". */
    title_set_command("fairlead");
    if (child_run != NULL) {
        become_child();
        return child_run();
    }
    if (!keep_standard_descriptors())
        return EXIT_FAILURE;
    log_open();
    return run_from_arguments(argc, argv);
}
