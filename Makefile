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
DESTDIR    ?=
BUILD      ?= build

CC         ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
WERROR     ?=
SANITIZE   ?=

# --- what deps installs on Debian; elsewhere it names them -----------------------------------------
DEPS_BUILD := gcc libc6-dev pkg-config libetpan-dev libpcre2-dev libinih-dev libsqlite3-dev \
              libseccomp-dev nettle-dev
DEPS_CHECK := libcmocka-dev perl python3 procps procmail maildrop
DEPS_LINT  := clang-format clang-tidy cppcheck mandoc shellcheck
DEPS_BENCH := hyperfine valgrind procmail maildrop

# --- flags ----------------------------------------------------------------------------------------
PACKAGES := libpcre2-8 inih sqlite3 libseccomp nettle
SRC_FLAGS = -std=c11 -D_GNU_SOURCE -Isrc -DBACKSIFT_VERSION='"$(VERSION)"' \
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
# libetpan is linked from its archive where there is one: the shared library pulls GnuTLS and more in
# and takes four times as long to start. The archive's MIME part needs libc alone.
ETPAN_LIBDIR = $(shell $(PKG_CONFIG) --variable=libdir libetpan 2>/dev/null)
ETPAN = $(firstword $(wildcard $(ETPAN_LIBDIR)/libetpan.a) -letpan)
LIBS  = $(ETPAN) $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)

ALL_CFLAGS  = $(SRC_FLAGS) $(CFLAGS) $(WARNINGS) $(HARDEN) $(SANITIZERS) $(PKG_CFLAGS) $(CPPFLAGS)
ALL_LDFLAGS = $(CFLAGS) $(HARDEN_LD) $(SANITIZERS) $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNIT:tests/unit/%.c=$(BUILD)/tests/%)
E2E     := $(sort $(wildcard tests/e2e/*.t))

.PHONY: all deps demo check check-once unit e2e messages update-messages lint bench fuzz install \
        uninstall dist clean format
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BUILD)/backsift

$(BUILD)/backsift: $(BUILD)/src/main.o $(OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# The flags a build was made with: objects follow when they change.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(subst ','\'',$(ALL_CFLAGS))' | cmp -s - $@ || echo '$(CC) $(subst ','\'',$(ALL_CFLAGS))' > $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) $(shell $(PKG_CONFIG) --libs cmocka)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
