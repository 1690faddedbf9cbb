/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration as a tree of plain structs: what the file says, checked and with every
 * default filled in. config_load makes it, control owns it, config_free gives it back; nobody
 * changes it in between. Names, units, ranges and defaults come from settings.def. Each struct
 * of a scope knows which of its settings the file has, and where (setting_places.h).
 */
#ifndef FAIRLEAD_MODEL_CONFIG_H
#define FAIRLEAD_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "model/http_codes.h"
#include "model/setting_places.h"

enum config_protocol { PROTOCOL_HTTP, PROTOCOL_HTTPS };

enum config_alpn_policy {
    ALPN_HTTP1_ONLY,
    ALPN_HTTP2_ONLY,
    ALPN_HTTP2_OPTIONAL,
    ALPN_HTTP2_PREFERRED,
    ALPN_NONE
};

/* What a listener asks of its clients' certificates. */
enum config_mutual_mode { MUTUAL_OFF, MUTUAL_PASSTHROUGH, MUTUAL_VERIFY };

/* What a target stands for: a port of its host, or a container as it is. */
enum config_target_type { TARGET_TYPE_INSTANCE, TARGET_TYPE_IP };

enum config_protocol_version {
    PROTOCOL_VERSION_HTTP1,
    PROTOCOL_VERSION_HTTP2,
    PROTOCOL_VERSION_GRPC,
    PROTOCOL_VERSION_COUNT
};

enum config_desync_mode { DESYNC_MONITOR, DESYNC_DEFENSIVE, DESYNC_STRICTEST };

enum config_xff_mode { XFF_APPEND, XFF_PRESERVE, XFF_REMOVE };

enum config_algorithm {
    ALGORITHM_ROUND_ROBIN,
    ALGORITHM_LEAST_OUTSTANDING,
    ALGORITHM_WEIGHTED_RANDOM
};

enum config_stickiness { STICKINESS_LB_COOKIE, STICKINESS_APP_COOKIE };

enum config_log_format { LOG_FORMAT_ALB, LOG_FORMAT_JSON };

/* access_log and connection_log. */
enum config_log { LOG_OF_REQUESTS, LOG_OF_CONNECTIONS, LOG_COUNT };

/* The kinds of conditions; the order is that of cost. */
enum config_condition_field {

#define CONDITION(id, ...) CONDITION_##id,
#include "model/conditions.def"
#undef CONDITION
    CONDITION_KIND_COUNT
};

/* Fields of answers that a listener sets. */
enum config_response_field {

#define RESPONSE_FIELD(id, ...) RESPONSE_##id,
#include "model/response_fields.def"
#undef RESPONSE_FIELD
    RESPONSE_FIELD_COUNT
};

/* Fields of requests that a listener may name otherwise. */
enum config_request_field {

#define REQUEST_FIELD(id, ...) REQUEST_##id,
#include "model/request_fields.def"
#undef REQUEST_FIELD
    REQUEST_FIELD_COUNT
};

struct config_value {
    char *key;   /* query-string only; NULL: any key */
    char *value; /* pattern, method, or CIDR as written */
    struct setting_places *places;
};

struct config_condition {
    enum config_condition_field field;
    char *http_header_name; /* http-header only */
    struct config_value *values;
    size_t value_count;
    struct setting_places *places;
};

enum config_action_type {

#define ACTION(id, ...) ACTION_##id,
#include "model/actions.def"
#undef ACTION
    ACTION_KIND_COUNT
};

struct config_weighted_group {
    char *target_group; /* name; the reader checked that it exists */
    unsigned weight;    /* 0..999 */
    struct setting_places *places;
};

struct config_action {
    enum config_action_type type;
    /* forward */
    struct config_weighted_group *groups;
    size_t group_count;
    bool stickiness_enabled;
    unsigned stickiness_seconds;
    /* redirect: templates with #{protocol} #{host} #{port} #{path} #{query} */
    char *redirect_protocol, *redirect_host, *redirect_port, *redirect_path, *redirect_query;
    /* redirect and fixed-response */
    unsigned status_code;
    char *content_type;
    char *message_body;
    struct setting_places *places;
};

struct config_rule {
    unsigned priority; /* 1..50000; 0: the default rule */
    struct config_condition *conditions;
    size_t condition_count;
    struct config_action action;
    struct setting_places *places;
};

struct config_certificate {
    char *certificate; /* file of the chain, the certificate itself first */
    char *private_key; /* NULL: in the same file */
    struct setting_places *places;
};

/* Whom the listeners that name it trust to vouch for clients. */
struct config_trust_store {
    char *name;
    char *ca_certificates_bundle;          /* file */
    struct config_value *revocation_lists; /* files */
    size_t revocation_list_count;
    struct setting_places *places;
};

struct config_attributes {
    unsigned idle_timeout_ms, client_keep_alive_ms;
    enum config_desync_mode desync_mitigation_mode;
    bool drop_invalid_header_fields;
    bool preserve_host_header;
    bool xff_client_port;
    enum config_xff_mode xff_mode;
    bool server_header; /* routing.http.response.server.enabled */
    bool tls_fields;    /* routing.http.x_amzn_tls_version_and_cipher_suite.enabled */
    bool http2;         /* routing.http2.enabled */
};

/* One of load_balancers; that of load_balancer is config's own. */
struct config_load_balancer {
    char *name;
    struct config_attributes attributes;
    struct config_value *trusted_sources;
    size_t trusted_source_count;
    struct setting_places *places;
};

struct config_listener {
    char *name;
    char *load_balancer; /* its name; NULL: that of load_balancer */
    enum config_protocol protocol;
    char *address; /* NULL where unix_path is set */
    unsigned port;
    char *unix_path;              /* NULL where address is set */
    struct config_value *sources; /* who may connect; none: everybody */
    size_t source_count;
    struct config_value *proxy_sources; /* as trusted_sources */
    size_t proxy_source_count;
    struct config_certificate *certificates; /* HTTPS: one, the default */
    size_t certificate_count;
    struct config_certificate *certificate_list; /* HTTPS: the others */
    size_t certificate_list_count;
    unsigned ssl_policy; /* HTTPS: an index of ssl_policies */
    enum config_alpn_policy alpn_policy;
    enum config_mutual_mode mutual_mode; /* HTTPS */
    char *trust_store;                   /* its name; NULL unless mutual_mode is VERIFY */
    bool ignore_client_expiry;
    unsigned advertises_ca_names;                /* 0: off */
    char *request_fields[REQUEST_FIELD_COUNT];   /* names; NULL: as the ALB has them */
    char *response_fields[RESPONSE_FIELD_COUNT]; /* NULL or empty: as targets say */
    bool server_header;
    struct config_rule *rules;           /* by rising priority, the default rule last */
    size_t rule_count;                   /* with the default rule */
    struct config_action default_action; /* empty after reading: the last rule has taken it */
    struct setting_places *places;
};

struct config_health_check {
    bool enabled;
    enum config_protocol protocol;
    char *path;
    char *host;    /* of the Host field, ours; NULL: the target's address */
    unsigned port; /* 0: traffic-port */
    unsigned interval_ms, timeout_ms;
    unsigned healthy_threshold_count, unhealthy_threshold_count;
    bool waits_for_task;            /* for its own check, while that is starting */
    unsigned initial_healthy_count; /* passes needed while initial; 1 as the ALB */
    struct http_codes matcher;
};

struct config_static_target {
    char *id;      /* an IP address */
    unsigned port; /* never 0: the group's where the file gives none */
    char *zone;    /* NULL: none */
    struct setting_places *places;
};

struct config_target_group {
    char *name;
    enum config_target_type target_type;
    enum config_protocol protocol;
    enum config_protocol_version protocol_version;
    unsigned port; /* default port of targets registered without one */
    struct config_health_check health_check;
    unsigned deregistration_delay_ms;
    bool proxy_header;      /* proxy_protocol_v2.enabled */
    bool tls_verify;        /* targets' certificates */
    char *tls_ca;           /* file */
    char *tls_server_name;  /* NULL: none */
    unsigned slow_start_ms; /* 0: off */
    enum config_algorithm algorithm;
    bool anomaly_mitigation;
    bool passive_health_enabled;
    bool stickiness_enabled;
    enum config_stickiness stickiness_type;
    unsigned lb_cookie_seconds, app_cookie_seconds;
    char *app_cookie_name; /* NULL unless app_cookie */
    /* target_group_health.unhealthy_state_routing.minimum_healthy_targets; percentage 0: off */
    unsigned minimum_healthy_count, minimum_healthy_percentage;
    bool zone_preference;   /* load_balancing.zone_preference.enabled, ours */
    unsigned hold_requests; /* most held while a target starts or is expected; 0: none, ours */
    unsigned hold_bytes;    /* most memory that these take, ours */
    unsigned hold_ms;       /* longest time that a request is held, ours */
    struct config_static_target *targets;
    size_t target_count;
    struct setting_places *places;
};

struct config_service {
    char *name;
    char *target_group;
    char *container_name; /* NULL: any */
    unsigned container_port;
    struct setting_places *places;
};

/* How targets of an engine's containers are reached. */
enum config_dial { DIAL_AUTO, DIAL_CONTAINER, DIAL_HOST_PORT };

/* How an engine behind tcp:// is reached by TLS: all three are given, or none. */
struct config_engine_tls {
    char *ca, *certificate, *key;
};

struct config_provider {
    char *type;     /* "docker", "file" or "push" */
    char *endpoint; /* docker: unix:///path or tcp://host:port */
    struct config_engine_tls tls;
    enum config_dial dial; /* docker */
    char *network;         /* docker: whose address of a container is dialled; NULL: any */
    char *directory;       /* file */
    char *host;            /* address to dial for bindings on all addresses; NULL: derived */
    struct config_value *services; /* patterns of what its tasks may name; count 0: anything */
    size_t service_count;
    unsigned resync_seconds;
    bool is_added; /* the file has it not: container instances need it */
    struct setting_places *places;
};

/* An attribute. */
struct config_pair {
    char *name, *value;
    struct setting_places *places;
};

/* Where tasks run; config_engines.h finds the provider that follows its engine. */
struct config_container_instance {
    char *name, *cluster;
    char *zone; /* NULL: none */
    char *endpoint;
    struct config_engine_tls tls;
    unsigned cpu;             /* CPU units; 0: the engine's */
    unsigned memory;          /* MiB; 0: the engine's, less the reserved ones */
    unsigned reserved_memory; /* MiB */
    struct config_pair *attributes;
    size_t attribute_count;
    struct setting_places *places;
};

/* The source of tasks that are pushed; other providers' are their types, "docker-2" the second.
 */
#define CONFIG_PUSH_SOURCE "ecs"

struct config_timeouts {
    unsigned client_head_ms, client_body_ms, client_idle_ms;
    unsigned target_connect_ms, target_response_ms, tunnel_idle_ms;
    unsigned tls_handshake_ms, target_tls_handshake_ms;
    unsigned http2_stream_stall_ms;
};

/* Most of what every process keeps rows for (ipc/counters.h): more is refused, never left out.
 */
#define CONFIG_MOST_TARGETS 65536
#define CONFIG_MOST_GROUPS 4096
#define CONFIG_MOST_ROUTES 8192 /* listeners, and their pairs with groups */
#define CONFIG_MOST_PROVIDERS 32
#define CONFIG_MOST_SOURCES 1000        /* of a list of them */
#define CONFIG_MOST_CERTIFICATES 100000 /* of all listeners */

/* The largest head that can be asked for, of requests and responses. */
#define CONFIG_HEAD_MOST_BYTES 1048576

struct config_limits {
    unsigned request_line_bytes, field_bytes, head_bytes, response_head_bytes, fields;
    uint64_t body_bytes;              /* 0: no limit */
    unsigned connections;             /* all workers together; 0: derived from RLIMIT_NOFILE */
    unsigned connections_per_address; /* of one worker times workers; 0: no limit */
    unsigned tls_handshakes;          /* under way, all workers together; 0: derived */
    /* Of one HTTP/2 connection. */
    unsigned http2_concurrent_streams, http2_requests, http2_continuations;
    unsigned http2_resets_burst, http2_resets_per_second;
    unsigned http2_idle_frames_burst, http2_idle_frames_per_second;
};

/* Lines for people, each "FILE:LINE: reason"; owned by whoever has the struct. */
struct config_errors {
    char **lines;
    size_t count;
};

/* An entry of the groups sorted by name. */
struct config_named_group {
    const char *name;
    const struct config_target_group *group;
};

/* A setting whose value changes with a restart (config_restart.h). */
struct config_later {
    const struct setting *row;
    char *text; /* of the value in the file; NULL: none */
};

struct config {
    char *path;       /* of the file that was read */
    unsigned workers; /* never 0: resolved to the number of cores */
    char *user;
    char *state_dir;
    char *acme_challenge_dir;   /* NULL: none */
    char *certificates_dir;     /* NULL: none */
    struct config_value *zones; /* that the AWS APIs tell of */
    size_t zone_count;
    char *zone;            /* the zone that fairlead itself runs in; NULL: none */
    bool allow_link_local; /* as targets' addresses */
    unsigned shutdown_timeout_ms;
    unsigned liveness_ms;
    char *admin_socket;
    char *metrics_address; /* NULL: no metrics listener */
    unsigned metrics_port;
    char *api_address; /* NULL and no api_unix: there is no api */
    unsigned api_port;
    char *api_unix;
    struct config_value *api_names; /* that Host may have, besides its address */
    size_t api_name_count;
    struct config_certificate *api_certificates; /* one, or none: in plain */
    size_t api_certificate_count;
    char *api_listener_address;     /* of listeners that are made by calls */
    char *api_registry;             /* "host:port"; NULL: none */
    char *api_secrets_dir;          /* NULL: none */
    struct config_value *api_allow; /* host_reach.h */
    size_t api_allow_count;
    bool api_anonymous_read;
    unsigned api_requests_per_second; /* of a key; 0: no limit */
    char *access_log_path;            /* NULL: none */
    enum config_log_format access_log_format;
    char *connection_log_path; /* NULL: none */
    enum config_log_format connection_log_format;
    enum log_form log_form;    /* of messages on stderr */
    char *stickiness_key_path; /* NULL: made under state_dir */
    char *ticket_key_path;     /* of TLS session tickets; NULL: made under state_dir */
    unsigned ticket_rotation_hours;
    char *load_balancer_name;
    struct config_attributes attributes;
    struct config_value *trusted_sources; /* address blocks, or "unix:", as written */
    size_t trusted_source_count;
    struct config_load_balancer *load_balancers; /* besides */
    size_t load_balancer_count;
    struct config_timeouts timeouts;
    struct config_limits limits;
    struct config_trust_store *trust_stores;
    size_t trust_store_count;
    struct config_listener *listeners;
    size_t listener_count;
    struct config_target_group *target_groups;
    size_t target_group_count;
    /* Those with a name, by name; NULL before config_index_groups. */
    struct config_named_group *groups_by_name;
    size_t named_group_count;
    struct config_service *services;
    size_t service_count;
    struct config_provider *providers; /* behind the file's those that instances need */
    size_t provider_count;
    struct config_container_instance *container_instances;
    size_t container_instance_count;
    char *task_bind_address; /* NULL: see config_bind_address */
    unsigned instance_lost_ms, stopped_task_keep_ms;
    struct config_errors warnings; /* no reason to refuse it */
    struct setting_places *places;
    struct config_later *later;
    size_t later_count;
    char **files;      /* that it was read from, the one of path first: setting_places.h */
    size_t file_count; /* with the places of additions (config_additions.h), behind the files */
};

struct config_findings;

/*
 * Looks into the files that a good configuration names, for the model opens no other than the
 * configuration's own: certificate is called for each one of each HTTPS listener, in the file's
 * order, is_default for the first of its listener only.
 */
struct config_inspector {
    void (*certificate)(void *argument, const struct config_listener *listener,
                        const struct config_certificate *certificate, bool is_default,
                        struct config_findings *findings);
    void *argument;
    /* The folder whose pairs a listener has besides, where there is one. */
    void (*folder)(void *argument, const struct config_listener *listener, const char *folder,
                   struct config_findings *findings);
    /* Once for each trust store, behind all listeners, and for each group that has its targets
     * verified. */
    void (*trust_store)(void *argument, const struct config_trust_store *store,
                        struct config_findings *findings);
    /* Once, if at all. */
    void (*api_certificate)(void *argument, const struct config_certificate *certificate,
                            struct config_findings *findings);
    void (*target_ca)(void *argument, const char *path, struct config_findings *findings);
};

/* What is wrong with a member of what is looked into: an error refuses the configuration. */
enum config_gravity { CONFIG_WARNING, CONFIG_ERROR };

void config_findings_add(struct config_findings *findings, enum config_gravity gravity,
                         const char *member, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What is found from now on is about this one, which the file does not name. */
void config_findings_about(struct config_findings *findings,
                           const struct config_certificate *certificate);

/* Reads and checks FILE. NULL: refused, and errors holds every reason; errors is empty
 * otherwise. Inspector NULL: nobody looks. */
struct config *config_load(const char *path, const struct config_inspector *inspector,
                           struct config_errors *errors);

struct config_additions;
struct config_source;

/* What stands beside a file, and lies where the file says. */
struct config_beside {
    const struct config_additions *additions; /* as find leaves them */
    /* Called at most once, before they are used; false: they cannot be had, and nothing is
     * read.
     */
    bool (*find)(void *argument, const char *state_dir);
    void *argument;
};

/* The same, with what stands beside the file (NULL: nothing), in two steps, of which the second
 * touches no file: the text that the first leaves in source (config_source.h), the caller's,
 * can be read again elsewhere. Only the first warns. */
struct config *config_load_text(const char *path, const struct config_additions *additions,
                                const struct config_inspector *inspector,
                                struct config_source *source, struct config_errors *errors);
struct config *config_read_text(const char *path, const struct config_additions *additions,
                                const struct config_source *source,
                                struct config_errors *errors);
/* As config_load_text; errors may be empty where find has failed. */
struct config *config_load_beside(const char *path, const struct config_beside *beside,
                                  const struct config_inspector *inspector,
                                  struct config_source *source, struct config_errors *errors);

/* "FILE:LINE"; of the first line where the place is NULL; the place of an addition. Give back
 * with free(). */
char *config_place_text(const struct config *config, const struct setting_place *place);

/* Where the first of these settings of the file itself ("api.unix") that is given stands; NULL:
 * none is. */
const struct setting_place *config_find_place(const struct config *config,
                                              const char *const *paths, size_t count);

/* Whether there is a console: then listeners may come later. */
bool config_has_api(const struct config *config);

void config_free(struct config **config);
void config_errors_clear(struct config_errors *errors);

/* Adds a line, which it takes over. */
void config_errors_add(struct config_errors *errors, char *line);

/* ", 2 warnings" for what follows "ok", or ""; the buffer. */
#define CONFIG_WARNINGS_SIZE 40
const char *config_warnings_text(const struct config_errors *warnings,
                                 char text[CONFIG_WARNINGS_SIZE]);

/* Sorts the groups' names, for config_find_group: a rule and a target each ask for one. */
void config_index_groups(struct config *config);

/* The group of that name, or NULL. */
const struct config_target_group *config_find_group(const struct config *config,
                                                    const char *name);

/* The name that the n-th provider's tasks have as their source; give back with free(). */
char *config_provider_name(const struct config *config, size_t index);

/* Whether tasks of that source may name a service: plain, and with its Compose project or NULL.
 */
bool config_allows_service(const struct config *config, const char *source, const char *service,
                           const char *project);

/* A load balancer, whichever setting it is of; valid as long as the config. */
struct config_balancer {
    const char *name;
    const struct config_attributes *attributes;
    const struct config_value *trusted_sources;
    size_t trusted_source_count;
    const struct setting_places *places; /* NULL: of load_balancer */
};

/* That of load_balancer, index 0, and the others behind it; config_balancer_index CHECKs that
 * the listener's is one of them, as it is in a configuration that was read. */
size_t config_balancer_count(const struct config *config);
struct config_balancer config_balancer(const struct config *config, size_t index);
size_t config_balancer_index(const struct config *config,
                             const struct config_listener *listener);

/* The timeouts of a balancer: the configuration's, where those that are not given follow its
 * own idle timeout. */
struct config_timeouts config_balancer_timeouts(const struct config *config, size_t index);

/* Whether a listener names a certificate's file. */
bool config_names_certificate(const struct config *config, const char *path);

/* Whether a listener of the other one has certificates or trusts whom none of that name has or
 * trusts here, so that files have to be read for it. */
bool config_has_new_certificates(const struct config *config, const struct config *other);

/* Whether a group is named by any rule: only then its targets are checked (ALB:
 * Target.NotInUse). */
bool config_group_is_used(const struct config *config, const char *name);

#endif
