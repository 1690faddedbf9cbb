/* SPDX-License-Identifier: Apache-2.0 */
/* The normal form of paths and hosts: each rule alone, together, and against a plain reading.
 */
#include "../unit.h"

#include "base/random.h"
#include "ipc/route_path.h"

static const struct {
    const char *path, *normal;
} cases[] = {
    {"/", "/"},
    {"*", "*"},
    {"/app1/index.html", "/app1/index.html"},
    {"/%61%64min", "/admin"},
    {"/%41%7E%5f%2D", "/A~_-"},
    {"/a%2Fb%2f", "/a%2Fb%2f"},
    {"/%2561", "/%2561"},
    {"/%6", "/%6"},
    {"/%", "/%"},
    {"/%6g/%zz", "/%6g/%zz"},
    {"/a/./b", "/a/b"},
    {"/./a", "/a"},
    {"/a/.", "/a/"},
    {"/a/..", "/"},
    {"/..", "/"},
    {"/../../a", "/a"},
    {"/a/b/../../c", "/c"},
    {"/a/b/..", "/a/"},
    {"/a/%2e%2E/b", "/b"},
    {"/a/%2e./b", "/b"},
    {"/a//../b", "/a/b"},
    {"//a///b//", "/a/b/"},
    {"/.../..a/.b/a..", "/.../..a/.b/a.."},
    {"/.well-known/x", "/.well-known/x"},
    {"/a/..;/b", "/a/..;/b"},
    {"*.php", "*.php"},
    {"*/../b", "*/b"},
    {"/x/../y*", "/y*"},
    {"", ""},
};

static struct slice
normalised(const char *path, char out[256])
{
    return slice_make(out, route_path_normalise(out, slice_of(path)));
}

static void
writes_the_normal_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char out[256];
        struct slice found = normalised(cases[i].path, out);
        if (!slice_equal(found, slice_of(cases[i].normal)))
            fail_msg("%s: %.*s, not %s", cases[i].path, SLICE_PRINT(found), cases[i].normal);
    }
}

static void
tells_normal_paths_at_any_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        if (strcmp(cases[i].path, cases[i].normal) != 0)
            assert_false(route_path_is_normal(slice_of(cases[i].path)));
    assert_true(route_path_is_normal(slice_of("/app1/img/a.b.c/index-2.html")));
    assert_true(route_path_is_normal(slice_of("/a/b/c/d/e/f/g/h/i/j/k/")));
}

/* Paths of few bytes, so that dots, slashes and codes meet in all ways. */
static void
changes_nothing_that_is_normal(void **state)
{
    (void)state;
    random_seed_for_test(1);
    for (int round = 0; round < 20000; round++) {
        char path[33] = "/", once[256], twice[256];
        size_t length = 1 + random_below(30);
        for (size_t i = 1; i < length; i++)
            path[i] = "/.a2%eE6"[random_below(8)];
        struct slice found = normalised(path, once);
        assert_true(found.length <= length);
        assert_memory_equal(found.at, "/", 1);
        if (route_path_is_normal(slice_of(path)))
            assert_true(slice_equal(found, slice_of(path)));
        /* Slashes are merged last, so that no dot segment is left or made. */
        once[found.length] = '\0';
        assert_null(strstr(once, "//"));
        assert_null(strstr(once, "/./"));
        assert_null(strstr(once, "/../"));
        if (strchr(once, '%') == NULL)
            assert_true(slice_equal(normalised(once, twice), found));
    }
}

static void
takes_the_final_dot_off_a_host(void **state)
{
    (void)state;
    assert_true(slice_equal(route_host_normalise(slice_of("a.b.")), slice_of("a.b")));
    assert_true(slice_equal(route_host_normalise(slice_of("a.b")), slice_of("a.b")));
    assert_true(slice_equal(route_host_normalise(slice_of(".")), slice_of(".")));
    assert_true(slice_equal(route_host_normalise(SLICE_NONE), SLICE_NONE));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_normal_form),
        cmocka_unit_test(tells_normal_paths_at_any_length),
        cmocka_unit_test(changes_nothing_that_is_normal),
        cmocka_unit_test(takes_the_final_dot_off_a_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
