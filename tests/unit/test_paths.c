/*
 * Where things are, by HOME and XDG variables, and who may move them.
 */
#include "temp_home.h"

#include "config/paths.h"

static int start(void **state)
{
    static struct temp_home home;
    temp_home_start(&home);
    setenv("HOME", home.path, 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    *state = &home;
    return 0;
}

static int end(void **state)
{
    temp_home_end(*state);
    return 0;
}

static struct paths find(struct temp_home *h, enum caller caller, const char *option)
{
    struct paths p = {0};
    struct error e = {0};
    assert_true(paths_find(h->arena, caller, option, &p, &e));
    return p;
}

static void test_home_alone(void **state)
{
    struct temp_home *h = *state;
    struct paths p = find(h, CALLER_USER, NULL);
    assert_string_equal(p.home, h->path);
    assert_string_equal(p.config_folder, temp_home_path(h, ".config/backsift"));
    assert_string_equal(p.state_folder, temp_home_path(h, ".local/state/backsift"));
    assert_string_equal(p.user_rules, temp_home_path(h, ".config/backsift/rules"));
    if (access("/etc/backsift/backsift.conf", F_OK) != 0)
        assert_string_equal(p.config_file, temp_home_path(h, ".config/backsift/backsift.conf"));
}

static void test_xdg_is_the_users(void **state)
{
    struct temp_home *h = *state;
    setenv("XDG_CONFIG_HOME", "/x/config", 1);
    setenv("XDG_STATE_HOME", "/x/state", 1);
    struct paths user = find(h, CALLER_USER, NULL);
    assert_string_equal(user.config_folder, "/x/config/backsift");
    assert_string_equal(user.state_folder, "/x/state/backsift");
    struct paths mail = find(h, CALLER_MAIL_SYSTEM, NULL);
    assert_string_equal(mail.config_folder, temp_home_path(h, ".config/backsift"));
    assert_string_equal(mail.state_folder, temp_home_path(h, ".local/state/backsift"));
}

static void test_relative_xdg_is_ignored(void **state)
{
    struct temp_home *h = *state;
    setenv("XDG_STATE_HOME", "state", 1);
    assert_string_equal(find(h, CALLER_USER, NULL).state_folder,
                        temp_home_path(h, ".local/state/backsift"));
}

static void test_home_not_absolute(void **state)
{
    setenv("HOME", "here", 1);
    assert_int_equal(find(*state, CALLER_MAIL_SYSTEM, NULL).home[0], '/');
    unsetenv("HOME");
    assert_int_equal(find(*state, CALLER_MAIL_SYSTEM, NULL).home[0], '/');
}

static void test_config_option(void **state)
{
    struct temp_home *h = *state;
    assert_string_equal(find(h, CALLER_USER, "/a/b.conf").config_file, "/a/b.conf");
    const char *relative = find(h, CALLER_USER, "b.conf").config_file;
    assert_int_equal(relative[0], '/');
    assert_string_equal(strrchr(relative, '/'), "/b.conf");
}

static void test_own_config_wins(void **state)
{
    struct temp_home *h = *state;
    const char *own = temp_home_write(h, ".config/backsift/backsift.conf", "", 0);
    assert_string_equal(find(h, CALLER_MAIL_SYSTEM, NULL).config_file, own);
}

static void test_rules_are_absolute(void **state)
{
    assert_int_equal(find(*state, CALLER_USER, NULL).shipped_rules[0], '/');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_home_alone, start, end),
        cmocka_unit_test_setup_teardown(test_xdg_is_the_users, start, end),
        cmocka_unit_test_setup_teardown(test_relative_xdg_is_ignored, start, end),
        cmocka_unit_test_setup_teardown(test_home_not_absolute, start, end),
        cmocka_unit_test_setup_teardown(test_config_option, start, end),
        cmocka_unit_test_setup_teardown(test_own_config_wins, start, end),
        cmocka_unit_test_setup_teardown(test_rules_are_absolute, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
