/*
 * Reads any bytes as backsift.conf. An error names file and line or is about the file as a whole;
 * what is let through must be usable: folders that can be, numbers in their ranges, accounts whole.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "config/config.h"
#include "config/imap_account.h"
#include "mailbox/maildir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_usable(const struct config *c)
{
    require(c->maildir && c->maildir[0] == '/' && c->key_file && c->key_file[0] == '/');
    require(c->index_url != NULL);
    require(c->reach_days > 0 && c->retain_days > c->reach_days);
    require(c->expire_days >= 0 && c->expire_days < c->retain_days);
    require(c->domains.count <= LIMIT_CONFIG_VALUES && c->sources.count <= LIMIT_CONFIG_VALUES);
    for (size_t i = 0; i < c->folder_count; i++)
        require(maildir_folder_name_ok(c->folders[i].folder, LAYOUT_MAILDIRPP));
    for (size_t i = 0; i < c->imap_count; i++) {
        const struct imap_account *a = &c->imap_accounts[i];
        require(a->name && a->host && a->user && a->port > 0 && a->mailboxes.count > 0);
        require(config_imap_account(c, a->name) == a);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char name[64];
    if (fd < 0) {
        fd = memfd_create("backsift.conf", MFD_CLOEXEC);
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        require(fd >= 0 && fchmod(fd, 0600) == 0);
    }
    require(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    const struct paths paths = {.home = "/nowhere",
                                .config_folder = "/nowhere/.config/backsift",
                                .config_file = name,
                                .state_folder = "/nowhere/.local/state/backsift",
                                .user_rules = "/nowhere/.config/backsift/rules",
                                .shipped_rules = "/nowhere/rules"};
    struct error e = {0};
    struct config *c = config_read(&paths, true, &e);
    if (c) {
        require(e.kind == ERROR_NONE);
        require_usable(c);
        config_free(c);
    } else {
        require(e.kind != ERROR_NONE && strncmp(e.text, name, strlen(name)) == 0);
    }
    return 0;
}
