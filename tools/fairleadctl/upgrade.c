/* SPDX-License-Identifier: Apache-2.0 */
/* The answer comes from the version of before, what becomes of it from the next one's status.
 */
#include "actions.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "base/memory.h"
#include "json_text.h"
#include "output.h"

/* The connection ends with the version of before; new workers may be many. */
enum { LOOK_MS = 50, LOOKS = 1200 };

enum progress { GOES_ON, IS_DONE, HAS_FAILED };

static enum progress
judge(const json_t *status, double number)
{
    const char *problem = json_string_value(json_object_get(status, "UpgradeProblem"));

    if (problem != NULL) {
        output_error("no upgrade: %s", problem);
        return HAS_FAILED;
    }
    bool is_serving =
        json_number(status, "Upgrades") >= number &&
        json_number(status, "LivingWorkerCount") >= json_number(status, "WorkerCount") &&
        json_number(status, "AppliedGeneration") >= json_number(status, "Generation");
    return is_serving ? IS_DONE : GOES_ON;
}

static void
tell(const struct session *session, const struct admin_answer *answer)
{
    if (session->is_json)
        output_json(stdout, answer->text);
    else
        printf("version %s serves; %.0f workers of before finish what they carry\n",
               json_word(answer->json, "Version"),
               json_number(answer->json, "FinishingWorkerCount"));
}

static enum exit_code
await_next(const struct session *session, double number)
{
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    const struct admin_call call = {.method = "GET", .path = "/v1/status"};

    for (int looks = 0; looks < LOOKS; looks++) {
        struct admin_answer answer;
        nanosleep(&pause, NULL);
        admin_client_send(session->client, &call, &answer);
        enum progress progress = answer.status == 200 ? judge(answer.json, number) : GOES_ON;
        if (progress == IS_DONE)
            tell(session, &answer);
        admin_answer_clear(&answer);
        if (progress != GOES_ON)
            return progress == IS_DONE ? EXIT_DONE : EXIT_REFUSED;
    }
    output_error("the next version does not serve after %d s: its log tells why",
                 LOOKS * LOOK_MS / 1000);
    return EXIT_REFUSED;
}

static char *
make_body(const char *path)
{
    char full[PATH_MAX];

    if (path == NULL)
        return memory_copy_text("{}");
    if (realpath(path, full) == NULL) {
        output_error("%s: %s", path, strerror(errno));
        return NULL;
    }
    json_t *object = json_pack("{s:s}", "Binary", full);
    char *body = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return body;
}

enum exit_code
action_upgrade(struct session *session)
{
    char *body = make_body(session_value(session, "--binary"));
    struct admin_call call = {
        .method = session->command->method, .path = session->command->path, .body = body};
    struct admin_answer answer;

    if (body == NULL)
        return EXIT_REFUSED;
    enum exit_code code = session_send(session, &call, &answer);
    double number = json_number(answer.json, "Number");
    if (code == EXIT_DONE && !session->is_json)
        printf("%s\n", json_word(answer.json, "Text"));
    fflush(stdout);
    admin_answer_clear(&answer);
    free(body);
    return code == EXIT_DONE ? await_next(session, number) : code;
}
