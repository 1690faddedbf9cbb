/* SPDX-License-Identifier: Apache-2.0 */
/* The tree that settings are read from: kinds, lines, ways, and what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/config_tree.h"

static const char text[] = "number = 5;\n"
                           "big = 5000000000L;\n"
                           "truth = true; word = \"a\\\"b\"; half = 0.5;\n"
                           "group = { inner = { deep = \"x\"; };\n"
                           "          list = ( { a = 1; }, \"bare\" ); };\n"
                           "array = [ 1, 2 ];\n"
                           "none = ( );\n";

static void
read_tree(struct config_tree *tree)
{
    struct config_tree_error error;

    assert_true(config_tree_read(tree, text, &error));
}

static void
test_kinds_and_values(void **state)
{
    struct config_tree tree;

    (void)state;
    read_tree(&tree);
    const struct config_node *root = &tree.root;
    assert_int_equal(root->kind, NODE_GROUP);
    assert_null(root->parent);
    assert_int_equal(config_node_member(root, "number")->number, 5);
    assert_true(config_node_member(root, "big")->number == 5000000000);
    assert_int_equal(config_node_member(root, "truth")->kind, NODE_BOOL);
    assert_int_equal(config_node_member(root, "truth")->number, 1);
    assert_string_equal(config_node_member(root, "word")->text, "a\"b");
    assert_int_equal(config_node_member(root, "half")->kind, NODE_FRACTION);
    assert_int_equal(config_node_member(root, "array")->kind, NODE_LIST);
    assert_int_equal(config_node_member(root, "none")->child_count, 0);
    config_tree_clear(&tree);
}

static void
test_places(void **state)
{
    struct config_tree tree;

    (void)state;
    read_tree(&tree);
    const struct config_node *list = config_node_find(&tree.root, "group.list");
    assert_int_equal(list->line, 5);
    assert_int_equal(config_node_member(&tree.root, "half")->line, 3);
    assert_null(config_node_element(list, 1)->name);
    assert_int_equal(config_node_element(list, 1)->index, 1);
    assert_ptr_equal(config_node_element(list, 1)->parent, list);
    assert_string_equal(list->parent->name, "group");
    config_tree_clear(&tree);
}

static void
test_ways(void **state)
{
    struct config_tree tree;

    (void)state;
    read_tree(&tree);
    const struct config_node *root = &tree.root;
    assert_string_equal(config_node_find(root, "group.inner.deep")->text, "x");
    assert_null(config_node_find(root, "group.inner.deep.more"));
    assert_null(config_node_find(root, "group.inner.dee"));
    assert_null(config_node_find(root, "group.inner.deeper"));
    assert_null(config_node_find(root, "group..inner"));
    assert_null(config_node_find(root, ""));
    assert_null(config_node_member(NULL, "group"));
    assert_null(config_node_member(config_node_member(root, "array"), "group"));
    assert_null(config_node_element(config_node_member(root, "array"), 2));
    assert_null(config_node_element(config_node_member(root, "group"), 0));
    assert_null(config_node_element(NULL, 0));
    config_tree_clear(&tree);
}

static void
test_malformed(void **state)
{
    struct config_tree tree;
    struct config_tree_error error = {NULL, 0};

    (void)state;
    assert_false(config_tree_read(&tree, "a = 1;\nb = ;\n", &error));
    assert_int_equal(error.line, 2);
    assert_string_equal(error.text, "syntax error");
    config_tree_clear(&tree);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_and_values),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
