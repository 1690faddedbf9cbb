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

#define DEFAULT_WIDTH 80
#define DEFAULT_HEIGHT 24
#define MOST_CELLS 9999
#define KEY_END 3 /* ^C, which comes as a key while the screen is ours */

static struct termios before;
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
    (void)number; /* poll returns, and the next drawing asks for the size */
}

bool
terminal_enter(void)
{
    struct sigaction end = {.sa_handler = on_end_signal};
    struct sigaction resize = {.sa_handler = on_size_signal};
    struct termios raw;

    if (!isatty(STDOUT_FILENO))
        return false;
    if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0) {
        raw = before;
        raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
        is_entered = true;
    }
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGHUP, &end, NULL);
    sigaction(SIGWINCH, &resize, NULL);
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
}

void
terminal_draw(const char *text)
{
    unsigned lines = height();

    fputs("\033[H", stdout);
    for (unsigned line = 0; line < lines && (line == 0 || *text != '\0'); line++) {
        size_t length = strcspn(text, "\n");
        bool is_last = line + 1 == lines || text[length] == '\0' || text[length + 1] == '\0';
        /* Cleared before it is written: behind a full line the cursor stands on its end. */
        fputs(is_last ? "\033[J" : "\033[K", stdout);
        fwrite(text, 1, length, stdout);
        fputs(is_last ? "" : "\r\n", stdout);
        text += length + (text[length] == '\n');
    }
    fflush(stdout);
}

int
terminal_key(double seconds)
{
    struct pollfd input = {.fd = is_entered ? STDIN_FILENO : -1, .events = POLLIN};
    unsigned char key;

    if (has_ended)
        return -1;
    int ready = poll(&input, 1, (int)(seconds * 1000));
    if (has_ended)
        return -1;
    if (ready != 1)
        return 0;
    if (read(STDIN_FILENO, &key, 1) != 1)
        return -1;
    return key == 'q' || key == KEY_END ? -1 : key;
}
