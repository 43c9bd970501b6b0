# backsift: build, test, install. GNU make.
#
# `make check` and `make demo` install what they need first (target deps), so that both work on a
# bare machine with git and make. BUILD is a parameter because `check` runs everything twice: as
# shipped, and under AddressSanitizer and UndefinedBehaviorSanitizer.

VERSION    := 0.1.0
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/backsift
DATADIR    ?= $(PREFIX)/share/backsift
MANDIR     ?= $(PREFIX)/share/man
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
DESTDIR    ?=
BUILD      ?= build

CC         ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
WERROR     ?=$(if $(CI),1)
SANITIZE   ?=

# --- what deps installs on Debian; elsewhere it names them -----------------------------------------
DEPS_BUILD := gcc libc6-dev pkg-config libetpan-dev libpcre2-dev libinih-dev libsqlite3-dev \
              libseccomp-dev nettle-dev zlib1g-dev libgnutls28-dev libpq-dev
DEPS_CHECK := libcmocka-dev tidy chromium perl python3 procps iproute2 util-linux procmail maildrop \
              postgresql openssl libsasl2-modules dosfstools exfat-fuse exfatprogs
DEPS_LINT  := clang-format clang-tidy cppcheck mandoc shellcheck
DEPS_FUZZ  := clang
DEPS_BENCH := hyperfine valgrind sqlite3 procmail maildrop fdm dovecot-core liblmdb-dev time libsisimai-perl \
              python3-flufl.bounce spamassassin imapfilter isync

# --- flags ----------------------------------------------------------------------------------------
PACKAGES := libpcre2-8 inih sqlite3 nettle zlib gnutls
SRC_FLAGS = -std=c11 -D_GNU_SOURCE -Isrc -I$(BUILD)/generated -DBACKSIFT_VERSION='"$(VERSION)"' \
            -DBACKSIFT_RULES='"$(DATADIR)/rules"' -DBACKSIFT_LIBEXEC='"$(LIBEXECDIR)"'
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
            -Wimplicit-fallthrough -Wundef -Wpointer-arith $(if $(WERROR),-Werror)
HARDEN   := -fPIE -fstack-protector-strong -fstack-clash-protection -fno-plt \
            $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
empty :=
space := $(empty) $(empty)
comma := ,
SANITIZERS := $(if $(SANITIZE),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)

PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
# The program runs once for each message, so its start counts: libraries are linked from their archives
# where there are any. The shared ones cost 0.5 ms of relocation at every start, the shared libetpan
# 2.9 ms, as it pulls GnuTLS and more in; of its archive the MIME part is taken, which needs libc alone.
# SHARED=1 links shared libraries (but libetpan), for distributors who replace libraries below programs.
SHARED ?=
LIBDIR  = $(shell $(PKG_CONFIG) --variable=libdir $(1) 2>/dev/null)
archive = $(firstword $(wildcard $(call LIBDIR,$(1))/lib$(2).a) -l$(2))
library = $(if $(SHARED),-l$(2),$(call archive,$(1),$(2)))
LIBS := $(call archive,libetpan,etpan) $(call library,libpcre2-8,pcre2-8) $(call library,inih,inih) \
        $(call library,sqlite3,sqlite3) \
        $(call library,nettle,nettle) $(call library,zlib,z) -lm
# backsift-imap starts once for a run: it takes shared libraries, and with libetpan's all of SASL.
IMAP_LIBS := -letpan -lpcre2-8 -linih -lsqlite3 -lnettle -lz -lgnutls -lm

ALL_CFLAGS  = $(SRC_FLAGS) $(CFLAGS) $(WARNINGS) $(HARDEN) $(SANITIZERS) $(PKG_CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(CFLAGS) $(HARDEN_LD) $(SANITIZERS) $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNIT:tests/unit/%.c=$(BUILD)/tests/%)
E2E     := $(sort $(wildcard tests/e2e/*.t))

.PHONY: all deps deps-check deps-lint deps-fuzz deps-bench demo check check-once units messages update-messages update-golden \
        lint bench fuzz fuzz-once install uninstall dist clean format FORCE
.SECONDARY:
.DELETE_ON_ERROR:

# One short line per step; V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-5s %s\n' $(1) $(2))

# What is loaded on demand. Without libpq, all else is built, and says so.
HAVE_LIBPQ := $(shell $(PKG_CONFIG) --exists libpq 2>/dev/null && echo 1)
MODULES := $(if $(HAVE_LIBPQ),$(BUILD)/backsift-postgresql.so)

all: $(BUILD)/backsift $(BUILD)/backsift-imap $(MODULES)
ifeq ($(HAVE_LIBPQ),)
	@echo "  libpq is not installed (Debian: libpq-dev): built without PostgreSQL"
endif

# The filter of the child that reads a message is worked out here, not at every delivery. Building for
# another machine, name its architecture as libseccomp does: SECCOMP_ARCH=aarch64.
BUILD_CC     ?= cc
SECCOMP_ARCH ?=
$(BUILD)/generated/sandbox_filter.h: src/evidence/sandbox_filter/generate.c
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)$(BUILD_CC) -std=c11 -D_GNU_SOURCE -O1 $(WARNINGS) -o $(@D)/sandbox_filter $< \
	    $(shell $(PKG_CONFIG) --cflags --libs libseccomp)
	$(Q)$(@D)/sandbox_filter $(SECCOMP_ARCH) >$@
$(BUILD)/src/evidence/sandbox.o: $(BUILD)/generated/sandbox_filter.h

# All stages as one archive: a test links the stages it uses and no others.
$(BUILD)/libbacksift.a: $(OBJECTS) $(BUILD)/objects
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(OBJECTS)

$(BUILD)/backsift: $(BUILD)/src/main.o $(BUILD)/libbacksift.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/backsift-imap: $(BUILD)/src/imap_main.o $(BUILD)/libbacksift.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(IMAP_LIBS)

# The flags a build was made with, and what the archive is made of: what depends on them follows when
# they change, whatever the times of the files say.
$(BUILD)/flags: TEXT = $(CC) $(ALL_CFLAGS)
$(BUILD)/objects: TEXT = $(OBJECTS)
$(BUILD)/flags $(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(TEXT))' >$@.new; \
	 cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/libbacksift.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $$($(PKG_CONFIG) --libs cmocka)

# A module has its own copies of the few functions of base/ that it needs, so that the program need
# not export any. The tests' programs find it beside them, too.
MODULE_SOURCES := $(wildcard src/store/postgresql/*.c) src/store/statements.c \
                  src/base/error.c src/base/clock.c src/base/buf.c src/base/span.c
MODULE_OBJECTS := $(MODULE_SOURCES:%.c=$(BUILD)/pic/%.o)
$(BUILD)/pic/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(shell $(PKG_CONFIG) --cflags libpq) -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

$(BUILD)/backsift-postgresql.so: $(MODULE_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(filter-out -pie,$(HARDEN_LD)) $(SANITIZERS) $(LDFLAGS) -shared $(if $(SANITIZE),,-Wl,-z,defs) -o $@ $^ \
	    $(shell $(PKG_CONFIG) --libs libpq)
	@mkdir -p $(BUILD)/tests && ln -sf ../$(@F) $(BUILD)/tests/$(@F)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# --- what a machine needs --------------------------------------------------------------------------
# Installs only what is missing, so that it costs nothing and needs no network when all is there.
define install_packages
	@if ! command -v dpkg-query >/dev/null; then \
	    echo "This is no Debian system. Needed (names of Debian's packages): $(1)"; \
	    echo "Install them by your system's means; then run make without deps."; exit 0; \
	fi; \
	missing=; for p in $(1); do \
	    dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || missing="$$missing $$p"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	as_root=; [ "$$(id -u)" -eq 0 ] || as_root=sudo; \
	echo "  APT  $$missing"; \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update && \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing >/dev/null
endef

deps:
	$(call install_packages,$(DEPS_BUILD))
deps-check:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_CHECK))
deps-lint:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_LINT))
deps-fuzz:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_FUZZ))
deps-bench:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_BENCH))

# --- fuzzing ---------------------------------------------------------------------------------------
# Every tests/fuzz/fuzz_*.c under libFuzzer and the sanitizers for FUZZ_SECONDS each, as many at a
# time as there are processors; FUZZ_SEEDS: folders of further seeds. tests/fuzz/run.sh says the rest.
FUZZ_SECONDS ?= 20
FUZZ_SEEDS   ?=
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
PROCESSORS = $(shell nproc 2>/dev/null || echo 1)
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory -j$(PROCESSORS) fuzz-once BUILD=$(BUILD)/fuzz CC=clang SANITIZE=1 \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link'

fuzz-once: $(FUZZERS:tests/fuzz/%.c=$(BUILD)/%)
	@printf '%s\n' $^ | xargs -P $(PROCESSORS) -I {} sh tests/fuzz/run.sh {} $(FUZZ_SECONDS) $(FUZZ_SEEDS)

# The same harnesses over given files, for the tests.
REPLAYS := $(FUZZERS:tests/fuzz/%.c=$(BUILD)/tests/replay_%)
$(BUILD)/tests/replay_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libbacksift.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# libetpan's IMAP part, and what it stands on.
$(BUILD)/fuzz_imap $(BUILD)/tests/replay_fuzz_imap: LIBS = $(IMAP_LIBS)

$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libbacksift.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# --- see it work -----------------------------------------------------------------------------------
demo: deps
	@$(MAKE) --no-print-directory -s all
	@BACKSIFT=$(BUILD)/backsift sh tests/demo.sh

# --- tests -----------------------------------------------------------------------------------------
# Twice: as shipped, and under the sanitizers. prove's own summary closes each pass.
check: deps-check
	@$(MAKE) --no-print-directory check-once BUILD=$(BUILD)
	@$(MAKE) --no-print-directory check-once BUILD=$(BUILD)/asan SANITIZE=1

# What the tests need beside their scripts.
units: $(BUILD)/backsift $(BUILD)/backsift-imap $(MODULES) $(UNIT_PROGRAMS) $(BUILD)/tests/shim.so $(BUILD)/tests/faults $(REPLAYS)

check-once: units
	@echo "== tests of $(BUILD)/backsift$(if $(SANITIZE), under ASan and UBSan)"
	@CMOCKA_MESSAGE_OUTPUT=TAP BACKSIFT=$(abspath $(BUILD))/backsift BUILD=$(abspath $(BUILD)) \
	 ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 SANITIZE=$(SANITIZE) \
	 prove $(PROVEFLAGS) -j2 -e '' $(UNIT_PROGRAMS) $(E2E)

# A library that makes a chosen system call fail or kill: tests/e2e/shim.c says how.
$(BUILD)/tests/shim.so: tests/e2e/shim.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O1 -g -fPIC -shared -o $@ $< -ldl

# A program that makes every system call of a delivery fail, one after the other.
$(BUILD)/tests/faults: tests/e2e/faults.c tests/e2e/fault_trace.c tests/e2e/fault_trace.h
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARNINGS) -o $@ $(filter %.c,$^) -lseccomp

# Expected verdicts of tests/messages: `make messages` compares, `make update-messages` rewrites.
messages: $(BUILD)/backsift
	@BACKSIFT=$(abspath $(BUILD))/backsift prove -e sh tests/e2e/messages.t
update-messages: $(BUILD)/backsift
	@BACKSIFT=$(abspath $(BUILD))/backsift sh tests/update-messages.sh

# What the digest's tests compare with: tests/unit/golden.
update-golden: $(BUILD)/tests/test_digest_text $(BUILD)/tests/test_digest_html
	$(Q)for t in $^; do UPDATE_GOLDEN=1 $$t || exit 1; done

# --- the state of the source -----------------------------------------------------------------------
C_FILES := $(sort $(wildcard src/*.c src/*/*.[ch] src/*/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.c tests/e2e/*.[ch]))
SHELL_FILES := $(sort $(wildcard tests/*.sh tests/e2e/*.sh tests/e2e/*/*.sh tests/e2e/*.t tests/bench/*.sh tests/fuzz/*.sh) .ci/run)
lint: deps-lint
	@echo "clang-format ($(words $(C_FILES)) files)"; clang-format --dry-run -Werror $(C_FILES)
	cppcheck -q --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem -D_GNU_SOURCE -Isrc src
	@for t in $(E2E); do [ -x $$t ] || { echo "$$t is not executable"; exit 1; }; done
	sh tests/lint-stages.sh
	mandoc -T lint -W warning $(wildcard man/*.[1-8])
	shellcheck -x -e SC2317 -s sh $(filter-out .ci/run,$(SHELL_FILES))
	shellcheck .ci/run contrib/completion/backsift.bash

format:
	clang-format -i $(C_FILES)

# --- figures ---------------------------------------------------------------------------------------
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libbacksift.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench/index_bench: LIBS += -llmdb

bench: deps-bench all $(BENCH_PROGRAMS)
	@for b in $(sort $(wildcard tests/bench/*.sh)); do \
	    echo "== $$b"; BACKSIFT=$(abspath $(BUILD))/backsift BUILD=$(abspath $(BUILD)) sh $$b || exit 1; done

# --- install ---------------------------------------------------------------------------------------
MAN_PAGES := $(wildcard man/*.[1-8])
RULE_FILES := $(wildcard rules/*.rules)
CONTRIB := $(wildcard contrib/*)
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)/rules $(DESTDIR)$(DATADIR)/contrib
	install -m 755 $(BUILD)/backsift $(DESTDIR)$(BINDIR)/backsift
	install -m 755 $(BUILD)/backsift-imap $(DESTDIR)$(LIBEXECDIR)/backsift-imap
	@for m in $(MODULES); do install -m 644 $$m $(DESTDIR)$(LIBEXECDIR)/ || exit 1; done
	install -m 644 $(RULE_FILES) $(DESTDIR)$(DATADIR)/rules
	cp -R $(CONTRIB) $(DESTDIR)$(DATADIR)/contrib/
	install -d $(DESTDIR)$(BASHDIR)
	install -m 644 contrib/completion/backsift.bash $(DESTDIR)$(BASHDIR)/backsift
	@for m in $(MAN_PAGES); do s=$${m##*.}; \
	    install -d $(DESTDIR)$(MANDIR)/man$$s && install -m 644 $$m $(DESTDIR)$(MANDIR)/man$$s/ || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/backsift $(DESTDIR)$(BASHDIR)/backsift
	rm -rf $(DESTDIR)$(DATADIR) $(DESTDIR)$(LIBEXECDIR)
	@for m in $(MAN_PAGES); do s=$${m##*.}; rm -f $(DESTDIR)$(MANDIR)/man$$s/$${m##*/}; done

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=backsift-$(VERSION)/ -o $(BUILD)/backsift-$(VERSION).tar.gz HEAD
	@echo $(BUILD)/backsift-$(VERSION).tar.gz

clean:
	rm -rf $(BUILD)
