/* SPDX-License-Identifier: Apache-2.0 */
/* Escape sequences are those that every terminal of the last decades has (ECMA-48, xterm). */
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "number.h"
#include "text_width.h"

#define DEFAULT_WIDTH 80
#define DEFAULT_HEIGHT 24
#define MOST_CELLS 9999
#define KEY_END 3 /* ^C, which comes as a key while the screen is ours */

static struct termios before;
static sigset_t signals_before; /* while the screen is ours, they come in terminal_key only */
static bool is_entered;
static volatile sig_atomic_t has_ended;

static bool
size_of(struct winsize *size)
{
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0 && size->ws_col > 0;
}

static unsigned
from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);
    unsigned number;

    return text != NULL && number_read_whole(text, 1, MOST_CELLS, &number) ? number : otherwise;
}

unsigned
terminal_width(void)
{
    struct winsize size;

    return size_of(&size) ? size.ws_col : from_environment("COLUMNS", DEFAULT_WIDTH);
}

unsigned
terminal_text_width(void)
{
    struct winsize size;

    return size_of(&size) ? size.ws_col : from_environment("COLUMNS", 0);
}

static unsigned
height(void)
{
    struct winsize size;

    return size_of(&size) ? size.ws_row : from_environment("LINES", DEFAULT_HEIGHT);
}

static bool
has_colour(void)
{
    const char *terminal = getenv("TERM"), *refused = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && (refused == NULL || *refused == '\0') && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

void
terminal_tone(FILE *file, enum tone tone)
{
    static const char *const codes[] = {"0", "32", "33", "31", "2", "1"};

    if (has_colour())
        fprintf(file, "\033[%sm", codes[tone]);
}

static void
on_end_signal(int number)
{
    (void)number;
    has_ended = 1;
}

static void
on_size_signal(int number)
{
    (void)number; /* ppoll returns, and the next drawing asks for the size */
}

static bool
can_be_drawn_on(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

static void
take_signals(void)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction end = {.sa_handler = on_end_signal};
    struct sigaction resize = {.sa_handler = on_size_signal};
    sigset_t held;

    sigemptyset(&held);
    sigaddset(&held, SIGWINCH);
    sigaction(SIGWINCH, &resize, NULL);
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        sigaddset(&held, ends[i]);
        sigaction(ends[i], &end, NULL);
    }
    sigprocmask(SIG_BLOCK, &held, &signals_before);
}

bool
terminal_enter(void)
{
    struct termios raw;

    if (!can_be_drawn_on())
        return false;
    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0) {
        raw = before;
        raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        is_entered = true;
    }
    take_signals();
    fputs("\033[?1049h\033[?25l\033[?7l", stdout);
    fflush(stdout);
    return true;
}

void
terminal_leave(void)
{
    fputs("\033[?7h\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    if (is_entered)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    is_entered = false;
    sigprocmask(SIG_SETMASK, &signals_before, NULL);
}

/* What terminal_tone has written: "\033[31m". */
static size_t
tone_length(const char *text)
{
    return *text == '\033' ? strcspn(text, "m\n") + 1 : 0;
}

/* A line as far as the terminal is wide: characters beyond it would be written over the last
 * one. Tones behind that still count. */
static void
put_line(const char *line, size_t length, unsigned width)
{
    const char *end = line + length;
    size_t used = 0;

    while (line < end) {
        const char *start = line;
        size_t tone = tone_length(line);
        line += tone;
        if (tone == 0)
            used += text_next_character(&line);
        if (tone != 0 || used <= width)
            fwrite(start, 1, (size_t)(line - start), stdout);
    }
}

void
terminal_draw(const char *text)
{
    unsigned lines = height(), width = terminal_width();

    fputs("\033[H", stdout);
    for (unsigned line = 0; line < lines && (line == 0 || *text != '\0'); line++) {
        size_t length = strcspn(text, "\n");
        bool is_last = line + 1 == lines || text[length] == '\0' || text[length + 1] == '\0';
        /* Cleared before it is written: behind a full line the cursor stands on its end. */
        fputs(is_last ? "\033[J" : "\033[K", stdout);
        put_line(text, length, width);
        fputs(is_last ? "" : "\r\n", stdout);
        text += length + (text[length] == '\n');
    }
    fflush(stdout);
}

int
terminal_key(double seconds)
{
    struct pollfd input = {.fd = is_entered ? STDIN_FILENO : -1, .events = POLLIN};
    struct timespec span = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    unsigned char key;
    int ready = ppoll(&input, 1, &span, &signals_before);

    if (has_ended)
        return -1;
    if (ready != 1)
        return 0;
    if (read(STDIN_FILENO, &key, 1) != 1)
        return -1;
    return key == 'q' || key == KEY_END ? -1 : key;
}
