/*
 * digest/index_state: advice where it applies, and nothing foreign in what is to be pasted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "digest/index_state.h"

#define NOW ((unixtime)1785913200)

static struct arena *arena;
static struct config config;
static struct index_hints hints;
static struct index_state state_;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    config = (struct config){.maildir = "/home/ada/Maildir", .reach_days = 14, .retain_days = 90};
    hints = (struct index_hints){.config_file = "/home/ada/backsift.conf", .domain = ""};
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool find(void)
{
    return index_state_find(arena, NULL, "no index", &config, &hints, NOW, &state_);
}

static bool has_line(const char *line)
{
    for (size_t i = 0; i < state_.advice_count; i++)
        for (size_t k = 0; k < state_.advice[i].line_count; k++)
            if (strcmp(state_.advice[i].lines[k], line) == 0)
                return true;
    return false;
}

static void a_new_account_is_told_all(void **state)
{
    (void)state;
    hints.domain = "shop.example";
    assert_true(find());
    assert_int_equal(state_.advice_count, 3);
    assert_true(has_line("mkdir -p '/home/ada'"));
    assert_true(has_line("domain = shop.example"));
    assert_true(has_line("source = maildir:/home/ada/Maildir/.Sent"));
    assert_true(has_line("complete-since = 2026-08-05"));
    assert_true(has_line("backsift record"));
}

static void sent_folders_found_are_named(void **state)
{
    (void)state;
    const char *sent[] = {"maildir:/home/ada/Maildir/.Sent Items", "maildir:/home/ada/mail/Sent"};
    hints.sent_folders = sent;
    hints.sent_folder_count = 2;
    assert_true(find());
    assert_true(has_line("source = maildir:/home/ada/Maildir/.Sent Items"));
    assert_true(has_line("source = maildir:/home/ada/mail/Sent"));
}

static void what_is_set_up_is_not_advised(void **state)
{
    (void)state;
    const char *domains[] = {"shop.example"}, *sources[] = {"maildir:/home/ada/Maildir/.Sent"};
    config.file = hints.config_file;
    config.domains = (struct config_list){domains, 1};
    config.sources = (struct config_list){sources, 1};
    config.addresses_complete = true;
    config.complete_since = NOW;
    assert_true(find());
    assert_int_equal(state_.source_count, 1);
    assert_int_equal(state_.advice_count, 1); /* the source was never read */
    assert_true(has_line("backsift record"));
    config.complete_since = 0;
    assert_true(find());
    assert_int_equal(state_.advice_count, 2);
    assert_true(has_line("complete-since = 2026-08-05"));
    assert_false(has_line("mkdir -p '/home/ada'")); /* the file is there */
}

static void nothing_foreign_reaches_a_shell(void **state)
{
    (void)state;
    const char *bad[] = {"x`id`.example",
                         "$(id).example",
                         "a b.example",
                         "-rf.example",
                         "a'b.example",
                         "a\nb.example",
                         ".x",
                         "b\xc3\xbc"
                         "cher.example",
                         "a;reboot.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hints.domain = bad[i];
        assert_true(find());
        assert_true(has_line("domain = YOUR-DOMAIN"));
        for (size_t a = 0; a < state_.advice_count; a++)
            for (size_t k = 0; k < state_.advice[a].line_count; k++)
                assert_null(strstr(state_.advice[a].lines[k], bad[i]));
    }
}

static void file_names_are_quoted(void **state)
{
    (void)state;
    hints.config_file = "/home/o'neil $x/backsift.conf";
    assert_true(find());
    assert_true(has_line("cat >>'/home/o'\\''neil $x/backsift.conf' <<'END'"));
    assert_true(has_line("mkdir -p '/home/o'\\''neil $x'"));
}

static void without_memory_it_fails(void **state)
{
    (void)state;
    arena_free(arena);
    arena = arena_new(200);
    assert_false(find());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_account_is_told_all, begin, end),
        cmocka_unit_test_setup_teardown(sent_folders_found_are_named, begin, end),
        cmocka_unit_test_setup_teardown(what_is_set_up_is_not_advised, begin, end),
        cmocka_unit_test_setup_teardown(nothing_foreign_reaches_a_shell, begin, end),
        cmocka_unit_test_setup_teardown(file_names_are_quoted, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_it_fails, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
