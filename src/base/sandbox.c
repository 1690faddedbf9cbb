/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Order matters: no_new_privs first (seccomp needs it without root), then the empty root while
 * still root, then the user, and the filter last because it forbids all of these.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* Sanitizers make calls of their own, so their builds run without a filter. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef OUR_ARCHITECTURE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#undef OUR_ARCHITECTURE
#endif
#endif

#ifdef OUR_ARCHITECTURE

static const struct {
    uint32_t number;
    unsigned profiles;
} allowed_calls[] = {

#define SANDBOX_CALL(name, profiles) {__NR_##name, profiles},
#include "base/sandbox_calls.def"
#undef SANDBOX_CALL
};

#define FIXED_INSTRUCTIONS 20
#define ALLOWED_COUNT (sizeof(allowed_calls) / sizeof(allowed_calls[0]))

struct program {
    struct sock_filter code[FIXED_INSTRUCTIONS + 2 * ALLOWED_COUNT];
    unsigned short length;
};

static void
add(struct program *program, struct sock_filter instruction)
{
    program->code[program->length++] = instruction;
}

static void
add_load(struct program *program, uint32_t offset)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
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

/* The call is allowed when the low word of its argument is one of three values. */
static void
add_checked_call(struct program *program, uint32_t call, unsigned argument,
                 const uint32_t values[3])
{
    uint32_t low = (uint32_t)(offsetof(struct seccomp_data, args) + 8 * argument);

    add_unless_skip(program, call, 6);
    add_load(program, low);
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, values[0], 2, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, values[1], 1, 0));
    add_unless_skip(program, values[2], 1);
    add_return(program, SECCOMP_RET_ALLOW);
    add_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static void
build(struct program *program, enum sandbox_profile profile)
{
    static const uint32_t families[3] = {AF_UNIX, AF_INET, AF_INET6};
    /* Not TIOCSTI: it would type into the terminal that started us. */
    static const uint32_t requests[3] = {FIONREAD, FIONBIO, FIONREAD};

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
    add_checked_call(program, __NR_socket, 0, families);
    add_checked_call(program, __NR_ioctl, 1, requests);
    add_return(program, SECCOMP_RET_ERRNO | EPERM);
}

static bool
enter_filter(enum sandbox_profile profile, const char **error)
{
    struct program program = {.length = 0};

    build(&program, profile);
    struct sock_fprog filter = {.len = program.length, .filter = program.code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1 && errno != EINVAL) {
        *error = "the system call filter was refused";
        return false;
    }
    return true; /* EINVAL: a kernel without seccomp */
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

bool
sandbox_enter(enum sandbox_profile profile, uid_t uid, gid_t gid, const char **error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        *error = "no_new_privs was refused";
        return false;
    }
    if (geteuid() == 0 && uid != 0) {
        if (!enter_empty_root()) {
            *error = "the root directory could not be changed";
            return false;
        }
        if (!become_user(uid, gid)) {
            *error = "the user could not be changed";
            return false;
        }
    }
    return enter_filter(profile, error);
}
