/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order matters: no_new_privs first (the filter and Landlock need it without root), then the
 * empty root while still root, then the user, and the filter last because it forbids all of
 * these.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sanitizers.h"
#include "base/text.h"

static unsigned walls; /* those that stand around this process */

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Sanitizers make calls of their own, so their builds run without a filter. */
#if IS_SANITIZED
#undef OUR_ARCHITECTURE
#endif

#ifdef OUR_ARCHITECTURE

/* Stands for the number of the process, which is known when the filter is built. */
#define OWN_PID UINT32_MAX

static const struct {
    uint32_t number;
    unsigned profiles;
} allowed_calls[] = {

#define SANDBOX_CALL(name, profiles) {__NR_##name, profiles},
#include "base/sandbox_calls.def"
#undef SANDBOX_CALL
};

/* Calls that are allowed with some arguments; the second one is looked at when it is not 0. */
static const struct checked_call {
    uint32_t number;
    unsigned profiles;
    unsigned index;
    uint32_t value;
    unsigned second_index;
    uint32_t second_value;
} checked_calls[] = {

#define SANDBOX_ARGUMENT(name, profiles, index, value)                                         \
    {__NR_##name, profiles, index, value, 0, 0},
#define SANDBOX_OPTION(profiles, level, option)                                                \
    {__NR_setsockopt, profiles, 1, level, 2, option},
#include "base/sandbox_calls.def"
#undef SANDBOX_ARGUMENT
#undef SANDBOX_OPTION
};

#define FIXED_INSTRUCTIONS 8
#define ALLOWED_COUNT (sizeof(allowed_calls) / sizeof(allowed_calls[0]))
#define CHECKED_COUNT (sizeof(checked_calls) / sizeof(checked_calls[0]))

struct program {
    struct sock_filter code[FIXED_INSTRUCTIONS + 2 * ALLOWED_COUNT + 7 * CHECKED_COUNT];
    unsigned short length;
};

static void
add(struct program *program, struct sock_filter instruction)
{
    program->code[program->length++] = instruction;
}

static void
add_load(struct program *program, size_t offset)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* The low word: what the kernel itself looks at in these arguments. */
static void
add_load_argument(struct program *program, unsigned index)
{
    add_load(program, offsetof(struct seccomp_data, args) + 8 * index);
}

static void
add_return(struct program *program, uint32_t action)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* When the loaded word is not the value, jumps over the next instructions. */
static void
add_unless_skip(struct program *program, uint32_t value, uint8_t skip)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

/* Begins and ends with the call's number loaded. */
static void
add_checked_call(struct program *program, const struct checked_call *call)
{
    bool has_second = call->second_index != 0;

    add_unless_skip(program, call->number, has_second ? 6 : 4);
    add_load_argument(program, call->index);
    add_unless_skip(program, call->value == OWN_PID ? (uint32_t)getpid() : call->value,
                    has_second ? 3 : 1);
    if (has_second) {
        add_load_argument(program, call->second_index);
        add_unless_skip(program, call->second_value, 1);
    }
    add_return(program, SECCOMP_RET_ALLOW);
    add_load(program, offsetof(struct seccomp_data, nr));
}

static void
build(struct program *program, enum sandbox_profile profile)
{
    add_load(program, offsetof(struct seccomp_data, arch));
    add_unless_skip(program, OUR_ARCHITECTURE, 1);
    add(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
    add_return(program, SECCOMP_RET_KILL_PROCESS);
    add_load(program, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < ALLOWED_COUNT; i++) {
        if ((allowed_calls[i].profiles & profile) == 0)
            continue;
        add_unless_skip(program, allowed_calls[i].number, 1);
        add_return(program, SECCOMP_RET_ALLOW);
    }
    for (size_t i = 0; i < CHECKED_COUNT; i++)
        if ((checked_calls[i].profiles & profile) != 0)
            add_checked_call(program, &checked_calls[i]);
    add_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static bool
enter_filter(enum sandbox_profile profile, const char **error)
{
    struct program program = {.length = 0};

    build(&program, profile);
    struct sock_fprog filter = {.len = program.length, .filter = program.code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0) {
        walls |= SANDBOX_WALL_CALLS;
    } else if (errno != EINVAL) { /* EINVAL: a kernel without seccomp */
        *error = "the system call filter was refused";
        return false;
    }
    return true;
}

const char *
sandbox_filter_obstacle(void)
{
    return prctl(PR_GET_SECCOMP) == -1 ? "the kernel has no seccomp" : NULL;
}

#else

static bool
enter_filter(enum sandbox_profile profile, const char **error)
{
    (void)profile;
    (void)error;
    return true;
}

const char *
sandbox_filter_obstacle(void)
{
    return "this build has none, as on machines other than x86_64 and aarch64 and with "
           "sanitizers";
}

#endif

#ifdef OUR_ARCHITECTURE

/* Of linux/landlock.h, which older systems have without the later members. */
struct landlock_rules {
    uint64_t files, network, scoped;
};

#define LANDLOCK_VERSION_FLAG 1
#define LANDLOCK_BIND 1
#define LANDLOCK_SCOPES 3 /* abstract sockets, signals */

/* Every right to files that this version knows; what it is not told of, it would allow. */
static uint64_t
all_file_rights(int version)
{
    static const unsigned rights[] = {0, 13, 14, 15, 15, 16};
    int newest = (int)(sizeof(rights) / sizeof(rights[0])) - 1;

    return (UINT64_C(1) << rights[version < newest ? version : newest]) - 1;
}

/* Without root there is no empty root directory, and this is the wall before files. */
static bool
enter_landlock(const char **error)
{
    struct landlock_rules rules = {0};
    size_t size = sizeof(rules.files);
    int version = (int)syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);

    if (version < 1)
        return true; /* a kernel or a container without it */
    rules.files = all_file_rights(version);
    if (version >= 4) {
        rules.network = LANDLOCK_BIND;
        size = offsetof(struct landlock_rules, scoped);
    }
    if (version >= 6) {
        rules.scoped = LANDLOCK_SCOPES;
        size = sizeof(rules);
    }
    int fd = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0);
    bool is_entered = fd != -1 && syscall(__NR_landlock_restrict_self, fd, 0) == 0;
    if (fd != -1)
        close(fd);
    if (!is_entered) {
        *error = "Landlock was refused";
        return false;
    }
    walls |= SANDBOX_WALL_FILES | (version >= 6 ? SANDBOX_WALL_SCOPE : 0);
    return true;
}

#else

static bool
enter_landlock(const char **error)
{
    (void)error;
    return true;
}

#endif

/* The root becomes a directory that is already deleted: empty, and nobody can fill it. */
static bool
enter_empty_root(void)
{
    char path[] = "/tmp/fairlead-root-XXXXXX";

    if (mkdtemp(path) == NULL)
        return false;
    bool is_inside = chdir(path) == 0;
    return rmdir(path) == 0 && is_inside && chroot(".") == 0;
}

static bool
become_user(uid_t uid, gid_t gid)
{
    if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
        setresuid(uid, uid, uid) == -1)
        return false;
    return setuid(0) == -1; /* there must be no way back */
}

static bool
give_up_root(uid_t uid, gid_t gid, const char **error)
{
    if (uid == 0) {
        *error = "its user would be root";
        return false;
    }
    if (!enter_empty_root()) {
        *error = "the root directory could not be changed";
        return false;
    }
    walls |= SANDBOX_WALL_ROOT;
    if (!become_user(uid, gid)) {
        *error = "the user could not be changed";
        return false;
    }
    walls |= SANDBOX_WALL_USER;
    return true;
}

bool
sandbox_enter(enum sandbox_profile profile, uid_t uid, gid_t gid, const char **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        *error = "no_new_privs was refused";
        return false;
    }
    walls |= SANDBOX_WALL_PRIVILEGES;
    if (geteuid() == 0 && !give_up_root(uid, gid, error))
        return false;
    return enter_landlock(error) && enter_filter(profile, error);
}

unsigned
sandbox_walls(void)
{
    return walls;
}

void
sandbox_describe_walls(unsigned standing, char text[SANDBOX_WALLS_SIZE])
{
    static const char *const texts[] = {
#define SANDBOX_WALL(id, wall_text) wall_text,
#include "base/sandbox_walls.def"
#undef SANDBOX_WALL
    };
    struct text list = text_over(text, SANDBOX_WALLS_SIZE - 1);

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if ((standing & 1U << i) == 0)
            continue;
        if (list.length > 0)
            text_add_literal(&list, ", ");
        text_add_slice(&list, slice_of(texts[i]));
    }
    text[list.length] = '\0';
}
