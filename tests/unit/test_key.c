/*
 * The key file and its hashes.
 */
#include "temp_home.h"

#include <stdbool.h>

#include "store/key.h"

#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

static int start(void **state)
{
    static struct temp_home home;
    temp_home_start(&home);
    *state = &home;
    return 0;
}

static int end(void **state)
{
    temp_home_end(*state);
    return 0;
}

static const char *write_key(struct temp_home *h, const char *text, mode_t mode)
{
    const char *path = temp_home_write(h, "k", text, strlen(text));
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static void expect_refusal(const char *path, const char *part)
{
    struct error e = {0};
    bool missing;
    assert_null(key_read(path, &missing, &e));
    assert_false(missing);
    assert_int_equal(e.kind, ERROR_CONFIG);
    if (!strstr(e.text, part))
        fail_msg("%s", e.text);
}

static void test_missing(void **state)
{
    struct error e = {0};
    bool missing = false;
    assert_null(key_read(temp_home_path(*state, "none"), &missing, &e));
    assert_true(missing);
    assert_int_equal(e.kind, ERROR_NONE);
}

static void test_create(void **state)
{
    struct temp_home *h = *state;
    const char *path = temp_home_path(h, "a/b/k");
    struct error e = {0};
    bool missing;
    char first[KEY_CHECK_SIZE], second[KEY_CHECK_SIZE], name[256];
    assert_true(key_create(path, &e));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(scratch_count(h->path, "a/b", name), 1);
    struct key *k = key_read(path, &missing, &e);
    assert_non_null(k);
    key_check(k, first);
    key_free(k);
    assert_true(key_create(path, &e));
    k = key_read(path, &missing, &e);
    key_check(k, second);
    key_free(k);
    assert_string_equal(first, second);
    assert_true(key_create(temp_home_path(h, "other"), &e));
    k = key_read(temp_home_path(h, "other"), &missing, &e);
    key_check(k, second);
    key_free(k);
    assert_string_not_equal(first, second);
}

static void test_refused(void **state)
{
    struct temp_home *h = *state;
    expect_refusal(write_key(h, HEX "\n", 0640), "chmod 600");
    expect_refusal(write_key(h, HEX "\n", 0604), "chmod 600");
    expect_refusal(write_key(h, "", 0600), "64 hex digits");
    expect_refusal(write_key(h, HEX "00\n", 0600), "64 hex digits");
    expect_refusal(write_key(h, "x" HEX, 0600), "64 hex digits");
    expect_refusal(h->path, "not a file");
}

/* Computed with another implementation of HMAC-SHA256. */
static void test_hash_is_fixed(void **state)
{
    static const unsigned char expected[HASH_BYTES] = {0x21, 0xc0, 0xd8, 0x7a, 0x72, 0x8f,
                                                       0xf5, 0x03, 0x87, 0x26, 0xd8, 0x84,
                                                       0x6b, 0x41, 0xac, 0x47};
    struct error e = {0};
    bool missing;
    unsigned char id[HASH_BYTES], again[HASH_BYTES], address[HASH_BYTES];
    struct key *k = key_read(write_key(*state, HEX "\n", 0600), &missing, &e);
    assert_non_null(k);
    key_hash(k, HASH_MESSAGE_ID, span_of("abc@x"), id);
    key_hash(k, HASH_ADDRESS, span_of("abc@x"), address);
    key_hash(k, HASH_MESSAGE_ID, span_of("abc@x"), again);
    assert_memory_equal(id, expected, HASH_BYTES);
    assert_memory_equal(id, again, HASH_BYTES);
    assert_memory_not_equal(id, address, HASH_BYTES);
    key_free(k);
}

static void test_folder_cannot_be_made(void **state)
{
    struct error e = {0};
    temp_home_write(*state, "file", "", 0);
    assert_false(key_create(temp_home_path(*state, "file/k"), &e));
    assert_non_null(strstr(e.text, "cannot be made"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_missing, start, end),
        cmocka_unit_test_setup_teardown(test_create, start, end),
        cmocka_unit_test_setup_teardown(test_refused, start, end),
        cmocka_unit_test_setup_teardown(test_hash_is_fixed, start, end),
        cmocka_unit_test_setup_teardown(test_folder_cannot_be_made, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
