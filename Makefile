# purposed: one Makefile, no recursion.  `make help` lists the targets.
#
# Every variant (release, asan, tsan, coverage) has its own tree under build/;
# the rules below are written once and instantiated per variant.  Objects
# depend on a file that holds their flags, so changed flags rebuild them.
#
# Only make itself is presumed.  deps, demo, check, bench and lint first install
# the packages that they miss; therefore nothing of a package (pkg-config's
# answers) may be asked for while this file is read, only in a recipe.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/purposed
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
B ?= build

# --- What must be installed (Debian 12 packages) -----------------------------

PACKAGES_BUILD := gcc libc6-dev make pkg-config libpcre2-dev libconfig-dev libsystemd-dev \
	libssl-dev libarchive-dev liblzma-dev libzstd-dev libbz2-dev libisal-dev
PACKAGES_CHECK := libcmocka-dev git man-db systemd gcovr jq curl python3 nginx-light logrotate \
	apache2-utils bsdutils openssl xz-utils zstd lz4 bzip2 zip systemd-journal-remote \
	rsyslog rsyslog-openssl
PACKAGES_LINT := clang-format clang-tidy cppcheck
PACKAGES_BENCH := python3 ripgrep

GOALS := $(or $(MAKECMDGOALS),all)
PACKAGES := $(PACKAGES_BUILD) \
	$(if $(filter deps check check-% coverage,$(GOALS)),$(PACKAGES_CHECK)) \
	$(if $(filter deps lint format,$(GOALS)),$(PACKAGES_LINT)) \
	$(if $(filter deps bench,$(GOALS)),$(PACKAGES_BENCH))
INSTALLS := $(if $(filter deps demo check check-% coverage lint format bench,$(GOALS)),--install)

# --- What the house is made of ----------------------------------------------

MODULES := $(sort $(wildcard daemon/*/*.c))
HEADERS := $(sort $(wildcard include/purposed/*/*.h include/purposed/*.h))
UNIT_TESTS := $(sort $(wildcard tests/unit/test_*.c))
QUALITY_TESTS := $(sort $(wildcard tests/quality/test_*.c))
FUZZ_TARGETS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
POLICY := conf/annex-i.conf
RULES := $(sort $(wildcard conf/rules.d/*.conf))

LIBS := libpcre2-8 libconfig libsystemd libssl libcrypto libarchive libisal liblzma libzstd
# Asked once, in the first recipe that needs it.
LIB_CFLAGS = $(eval LIB_CFLAGS := $$(shell pkg-config --cflags $(LIBS)))$(LIB_CFLAGS)
LIB_LIBS = $(eval LIB_LIBS := $$(shell pkg-config --libs $(LIBS)) -lbz2 -lm)$(LIB_LIBS)

CC := gcc
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla \
	-Wmissing-prototypes -Wformat=2 -Wundef
BASE_CFLAGS = -std=c17 -g -pthread -D_GNU_SOURCE -DPURPOSED_VERSION='"$(VERSION)"' \
	-DPURPOSED_SYSCONFDIR='"$(SYSCONFDIR)"' -Iinclude $(WARNINGS) $(LIB_CFLAGS)
HARDENED := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
CFLAGS_release := -O3 $(HARDENED)
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread
CFLAGS_coverage := -O0 --coverage
LDFLAGS_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_tsan := -fsanitize=thread
LDFLAGS_coverage := --coverage

VARIANTS := release asan tsan coverage

# A line for each file that is built, or one for all of them where only the demo is wanted: the
# first recipe says it, and those behind it nothing.  V=1 shows the commands.
Q := $(if $(V),,@)
ifeq ($(GOALS)$(V),demo)
SAY = $(eval SAY := @:)@echo 'building purposed, which takes up to a minute' ;:
else
SAY := @echo
endif

.PHONY: all demo soak check check-unit check-fuzz check-e2e check-quality check-exact \
	check-tsan check-house check-man coverage bench lint \
	lint-format lint-cppcheck lint-tidy format install uninstall deps packages clean help FORCE

all: $(B)/purposed ## build build/purposed (the default)

$(B)/purposed: $(B)/release/purposed
	@ln -f $< $@

# --- Per variant ------------------------------------------------------------

define variant_rules
MODULES_$(1) := $$(MODULES:daemon/%.c=$(B)/$(1)/%.o) $(B)/$(1)/engine/embedded_data.o
OBJECTS_$(1) := $$(MODULES_$(1)) $(B)/$(1)/engine/prepared_data.o
TESTS_$(1) := $$(UNIT_TESTS:tests/%.c=$(B)/$(1)/tests/%)
QUALITY_$(1) := $$(QUALITY_TESTS:tests/%.c=$(B)/$(1)/tests/%)
FUZZERS_$(1) := $$(FUZZ_TARGETS:tests/%.c=$(B)/$(1)/tests/%)
FLAGS_$(1) = $$(CC) $$(BASE_CFLAGS) $$(CFLAGS_$(1)) $$(EXTRA_CFLAGS)

$(B)/$(1)/flags: FORCE | packages
	@mkdir -p $$(@D)
	@echo '$$(subst ','\'',$$(FLAGS_$(1)) $$(LDFLAGS_$(1)))' | cmp -s - $$@ || \
		echo '$$(subst ','\'',$$(FLAGS_$(1)) $$(LDFLAGS_$(1)))' > $$@

$(B)/$(1)/%.o: daemon/%.c $(B)/$(1)/flags
	@mkdir -p $$(@D)
	$$(SAY) '  cc    $$@'
	$$Q$$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(B)/$(1)/engine/%_data.o: $(B)/%_data.c $(B)/$(1)/flags
	@mkdir -p $$(@D)
	$$(SAY) '  cc    $$@'
	$$Q$$(FLAGS_$(1)) -MMD -MP -c -o $$@ $$<

$(B)/$(1)/libpurposed.a: $$(OBJECTS_$(1))
	@rm -f $$@
	$$(SAY) '  ar    $$@'
	$$Qar rcs $$@ $$^

$(B)/$(1)/purposed: $(B)/$(1)/main.o $(B)/$(1)/libpurposed.a
	$$(SAY) '  link  $$@'
	$$Q$$(FLAGS_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$^ $$(LIB_LIBS)

$(B)/$(1)/tests/unit/%: tests/unit/%.c $(B)/$(1)/libpurposed.a $(B)/$(1)/flags
	@mkdir -p $$(@D)
	$$(SAY) '  test  $$@'
	$$Q$$(FLAGS_$(1)) $$(LDFLAGS_$(1)) -Itests/support -MMD -MP -o $$@ $$< \
		$$(WRAP) $(B)/$(1)/libpurposed.a -lcmocka $$(LIB_LIBS)

# It counts the bytes that a walk goes over.
$(B)/$(1)/tests/unit/test_head: WRAP = -Wl,--wrap=head_skip_blanks,--wrap=head_word_end \
	-Wl,--wrap=head_word_at,--wrap=head_pass_pair,--wrap=head_walk_json

# It counts how often others are let in.
$(B)/$(1)/tests/unit/test_process: WRAP = -Wl,--wrap=turn_over

# It asks whether the lock is free there.
$(B)/$(1)/tests/unit/test_pipeline_daemon: WRAP = -Wl,--wrap=pipeline_batch_wipe,--wrap=pthread_cond_signal

# These count what PCRE2 does: its calls go through them.
$(B)/$(1)/tests/quality/%: tests/quality/%.c $(B)/$(1)/libpurposed.a $(B)/$(1)/flags
	@mkdir -p $$(@D)
	$$(SAY) '  test  $$@'
	$$Q$$(FLAGS_$(1)) $$(LDFLAGS_$(1)) -Itests/support -MMD -MP -o $$@ $$< \
		-Wl,--wrap=pcre2_compile_8,--wrap=pcre2_match_context_create_8,--wrap=pcre2_set_callout_8 \
		$(B)/$(1)/libpurposed.a -lcmocka $$(LIB_LIBS)

$(B)/$(1)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(B)/$(1)/libpurposed.a $(B)/$(1)/flags
	@mkdir -p $$(@D)
	$$(SAY) '  test  $$@'
	$$Q$$(FLAGS_$(1)) $$(LDFLAGS_$(1)) -o $$@ $$< tests/fuzz/driver.c \
		$(B)/$(1)/libpurposed.a $$(LIB_LIBS)

-include $$(OBJECTS_$(1):.o=.d) $(B)/$(1)/main.d $(B)/$(1)/prepare.d $$(TESTS_$(1):=.d) $$(QUALITY_$(1):=.d)
endef
$(foreach variant,$(VARIANTS),$(eval $(call variant_rules,$(variant))))

# The default policy as bytes, so that the binary works with no file installed.
$(B)/embedded_data.c: $(POLICY) Makefile
	@mkdir -p $(@D)
	@{ echo '#include <purposed/engine/embedded.h>'; echo 'static const char text[] = {'; \
	od -An -v -tu1 $(POLICY) | sed 's/ *\([0-9][0-9]*\)/(char)\1,/g'; echo '0};'; \
	echo 'const struct embedded_file embedded_policy = { "$(POLICY)", text };'; } > $@

# What is known of the default rules before purposed starts (engine/prepared.h).
$(B)/prepare: $(B)/release/prepare.o \
		$(filter $(B)/release/engine/% $(B)/release/base/%,$(MODULES_release))
	$(SAY) '  link  $@'
	$Q$(FLAGS_release) $(LDFLAGS_release) -o $@ $^ $(LIB_LIBS)

# The folder is newer where a file came or went.
$(B)/prepared_data.c: $(B)/prepare $(RULES) conf/rules.d
	$(SAY) '  rules $@'
	$Q$< conf/rules.d > $@

# --- Packages ---------------------------------------------------------------

deps: packages ## install what building, checking and measuring need (apt-get)

# Everything that is built waits for this one; it is one target, so that -j never runs apt-get twice.
packages:
	@tests/house/packages $(INSTALLS) $(sort $(PACKAGES))

# --- Seeing it work ---------------------------------------------------------

demo: $(B)/purposed ## show what purposed does, on made-up logs
	PURPOSED=$< conf/examples/demo.sh

bench: $(B)/purposed $(B)/release/libpurposed.a ## measure speed, beside wc, memcpy and rg
	PURPOSED=$< tests/bench/run

# --- Checks -----------------------------------------------------------------
#
# A group of suites is one variable, words for tests/run; check runs them all,
# each check-* target one of them.

E2E := $(sort $(wildcard tests/e2e/*.sh))
# What runs threads is run again where data races show; not what compares many outputs of
# the same few ways through them, which takes long there.
E2E_COMPARING := $(patsubst %,tests/e2e/%.sh,cells demo exact exact_far explain formats patterns quality readme)
E2E_THREADED := $(filter-out $(E2E_COMPARING),$(E2E))
HOUSE := $(sort $(filter-out tests/house/test_man.sh,$(wildcard tests/house/test_*.sh)))

SUITES_house := @house B=$(B) PURPOSED=$(B)/purposed $(HOUSE)
SUITES_man := @man tests/house/test_man.sh
SUITES_unit := @unit-asan $(TESTS_asan)
SUITES_fuzz := @fuzz-asan FUZZERS=$(B)/asan/tests/fuzz tests/fuzz/run.sh
SUITES_e2e := @e2e-asan PURPOSED=$(B)/asan/purposed $(E2E)
SUITES_quality := @quality $(QUALITY_release) PURPOSED=$(B)/asan/purposed tests/quality/forms.py tests/quality/made.py \
	tests/quality/bytes.py
# Likewise of unit tests, what can start a thread at all.
SUITES_tsan := @unit-tsan $$(grep -l pthread_create $(TESTS_tsan)) @e2e-tsan PURPOSED=$(B)/tsan/purposed $(E2E_THREADED)
SUITES_coverage := @coverage B=$(B) tests/house/coverage.sh

NEEDS_house := $(B)/purposed
NEEDS_man := packages
NEEDS_unit := $(TESTS_asan)
NEEDS_fuzz := $(FUZZERS_asan)
NEEDS_e2e := $(B)/asan/purposed
NEEDS_quality := $(QUALITY_release) $(B)/asan/purposed
NEEDS_tsan := $(TESTS_tsan) $(B)/tsan/purposed
NEEDS_coverage := $(TESTS_coverage) $(B)/coverage/purposed

CHECKS := house man unit fuzz e2e quality tsan coverage

check: $(foreach c,$(CHECKS),$(NEEDS_$c)) ## run every test, under sanitizers (a quarter of an hour on two cores)
	@tests/run $(foreach c,$(CHECKS),$(SUITES_$c))

check-house: $(NEEDS_house) ## only: arrows, runner, installation
	@tests/run $(SUITES_house)

check-man: $(NEEDS_man) ## only: the man pages
	@tests/run $(SUITES_man)

check-unit: $(NEEDS_unit) ## only: unit tests under asan and ubsan
	@tests/run $(SUITES_unit)

check-fuzz: $(NEEDS_fuzz) ## only: the fuzz targets, for a while
	@tests/run $(SUITES_fuzz)

check-e2e: $(NEEDS_e2e) ## only: end-to-end tests under asan and ubsan
	@tests/run $(SUITES_e2e)

check-exact: $(B)/purposed ## the whole comparison of the fast engine with the oracle (an hour)
	@EXACT_MB=$${EXACT_MB:-64} EXACT_JOBS=$${EXACT_JOBS:-$$(nproc)} \
		PATTERN_ROUNDS=$${PATTERN_ROUNDS:-300} PURPOSED=$(B)/purposed \
		tests/run -t 14400 @exact tests/e2e/exact.sh tests/e2e/patterns.sh

soak: $(B)/purposed ## what takes long: load for ten minutes, kills and rotations by the hundred (an hour)
	@CRASHES=$${CRASHES:-200} ROTATIONS=$${ROTATIONS:-100} STREAM_KILLS=$${STREAM_KILLS:-100} \
		STREAM_SECONDS=$${STREAM_SECONDS:-600} STREAM_STEPS=$${STREAM_STEPS:-300} \
		SOAK_SECONDS=$${SOAK_SECONDS:-600} RELOADS=$${RELOADS:-200} PURPOSED=$(B)/purposed \
		tests/run -j 1 -t 3600 @soak tests/e2e/soak.sh tests/e2e/crash.sh tests/e2e/rotate.sh tests/e2e/streams.sh \
		tests/e2e/reloads.sh

check-quality: $(NEEDS_quality) ## only: checked values in every form, damaged records, work of every rule
	@tests/run $(SUITES_quality)

check-tsan: $(NEEDS_tsan) ## only: unit and end-to-end tests under tsan
	@tests/run $(SUITES_tsan)

coverage: $(NEEDS_coverage) ## only: the share of daemon/engine that tests reach
	@tests/run $(SUITES_coverage)

# --- Lint -------------------------------------------------------------------

C_FILES := daemon/main.c daemon/prepare.c $(MODULES) $(HEADERS) $(sort $(wildcard tests/*/*.[ch]))
LINT_FLAGS = -std=c17 -D_GNU_SOURCE -DPURPOSED_VERSION='"$(VERSION)"' \
	-DPURPOSED_SYSCONFDIR='"$(SYSCONFDIR)"' -Iinclude
TIDY := $(patsubst daemon/%.c,$(B)/tidy/%.ok,daemon/main.c daemon/prepare.c $(MODULES))

lint: lint-format lint-cppcheck lint-tidy ## clang-format, cppcheck and clang-tidy; no finding passes

lint-format: packages
	@echo '  clang-format'
	$Qclang-format --dry-run -Werror $(C_FILES)

lint-cppcheck: packages
	@mkdir -p $(B)/cppcheck
	@echo '  cppcheck'
	$Qcppcheck --quiet --std=c11 --error-exitcode=1 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --cppcheck-build-dir=$(B)/cppcheck \
		-D_GNU_SOURCE -DPURPOSED_VERSION='"$(VERSION)"' \
		-DPURPOSED_SYSCONFDIR='"$(SYSCONFDIR)"' -Iinclude daemon

lint-tidy: $(TIDY)

# One source each, so that -j spreads them and only what changed is looked at again.
$(B)/tidy/%.ok: daemon/%.c $(HEADERS) .clang-tidy | packages
	@mkdir -p $(@D)
	@echo '  clang-tidy $<'
	$Qclang-tidy --quiet $< -- $(LINT_FLAGS) 2>$(@:.ok=.log) || { cat $(@:.ok=.log); false; }
	@touch $@

format: packages ## put every C file into the house's form
	clang-format -i $(C_FILES)

# --- Installation -----------------------------------------------------------

MAN_PAGES := $(sort $(wildcard daemon/*.8 conf/*.5 conf/*.7))
UNITS := $(sort $(patsubst %.in,%,$(wildcard systemd/*.in)) \
	$(wildcard systemd/*.socket))
# Installed into $(SYSCONFDIR)/purposed; a file that its owner changed is never overwritten.
SETTINGS := $(patsubst conf/%,%,$(sort $(wildcard conf/*.conf conf/rules.d/*.conf)))
EXAMPLES := $(patsubst conf/%,%,$(sort $(shell find conf/examples -type f 2>/dev/null)))
TO := $(DESTDIR)
ETC := $(TO)$(SYSCONFDIR)/purposed
LOGROTATE := $(TO)$(SYSCONFDIR)/logrotate.d/purposed

install: $(B)/purposed ## install under DESTDIR and PREFIX
	install -D -m 755 $< '$(TO)$(BINDIR)/purposed'
	@for page in $(MAN_PAGES); do \
		install -v -D -m 644 "$$page" "$(TO)$(MANDIR)/man$${page##*.}/$${page##*/}" || exit; \
	done
	@for unit in $(notdir $(UNITS)); do \
		mkdir -p '$(TO)$(UNITDIR)'; \
		source=systemd/$$unit; [ -f $$source ] || source=$$source.in; \
		sed 's|@BINDIR@|$(BINDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' $$source \
			> "$(TO)$(UNITDIR)/$$unit" || exit; \
	done
	install -D -m 644 systemd/purposed.logrotate '$(LOGROTATE)'
	install -D -m 644 systemd/purposed.sysusers '$(TO)$(SYSUSERSDIR)/purposed.conf'
	install -D -m 644 systemd/purposed.tmpfiles '$(TO)$(TMPFILESDIR)/purposed.conf'
	@for file in $(SETTINGS); do \
		to="$(ETC)/$$file"; \
		if [ ! -e "$$to" ]; then \
			install -v -D -m 644 "conf/$$file" "$$to" || exit; \
		elif ! cmp -s "conf/$$file" "$$to"; then \
			install -m 644 "conf/$$file" "$$to.new" || exit; \
			echo "kept $$to, which differs; the new one is $$to.new"; \
		fi; \
	done
	@for file in $(EXAMPLES); do \
		mode=644; [ ! -x "conf/$$file" ] || mode=755; \
		install -D -m $$mode "conf/$$file" "$(TO)$(DOCDIR)/$$file" || exit; \
	done

uninstall: ## remove what install put there; changed settings stay
	rm -f '$(TO)$(BINDIR)/purposed'
	@for page in $(MAN_PAGES); do \
		rm -f "$(TO)$(MANDIR)/man$${page##*.}/$${page##*/}"; done
	@for unit in $(notdir $(UNITS)); do rm -f "$(TO)$(UNITDIR)/$$unit"; done
	rm -f '$(LOGROTATE)' '$(TO)$(SYSUSERSDIR)/purposed.conf' '$(TO)$(TMPFILESDIR)/purposed.conf'
	@for file in $(SETTINGS); do \
		to="$(ETC)/$$file"; \
		if cmp -s "conf/$$file" "$$to"; then rm -f "$$to"; \
		elif [ -e "$$to" ]; then echo "kept $$to, which was changed"; fi; \
		rm -f "$$to.new"; \
	done
	@for file in $(EXAMPLES); do rm -f "$(TO)$(DOCDIR)/$$file"; done
	@for folder in "$(ETC)" "$(TO)$(DOCDIR)"; do \
		[ ! -d "$$folder" ] || find "$$folder" -depth -type d -empty -delete; done

clean: ## remove build/
	rm -rf $(B)

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 14
