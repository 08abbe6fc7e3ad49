# sspr - self-service password reset.  GNU make; `make help' lists the targets.

# For packagers: everything in this block may be set from outside.
CC         ?= cc
CFLAGS     ?= -O2 -g
PREFIX     ?= /usr
BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
SYSCONFDIR ?= /etc
MULTIARCH  ?= $(shell $(CC) -print-multiarch 2>/dev/null)
PAMDIR     ?= $(PREFIX)/lib/$(if $(MULTIARCH),$(MULTIARCH)/)security
LIBEXECDIR ?= $(PREFIX)/libexec/sspr
MANDIR     ?= $(PREFIX)/share/man
UNITDIR    ?= $(PREFIX)/lib/systemd/system
RUNDIR     ?= /run/sspr
STATEDIR   ?= /var/lib/sspr
LOGDIR     ?= /var/log/sspr
BUILD      ?= build$(if $(SAN),/san)
VERSION    := 0.1

# Short lines; `make V=1' shows them whole.
say    = $(if $(V),,@echo '  $1' '$(patsubst $(BUILD)/%,%,$@)';)

# Ours come first, so that the packager's CFLAGS and LDFLAGS have the last word.
warn   = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wformat=2 \
         -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings -Wundef \
         -Wswitch-enum -Wimplicit-fallthrough -Wvla $(if $(WERROR),-Werror)
has    = $(shell $(CC) -Werror $1 -x c -c /dev/null -o /dev/null 2>/dev/null && echo $1)
harden:= $(foreach f,-fstack-protector-strong -fstack-clash-protection \
         -fcf-protection -ftrivial-auto-var-init=zero,$(call has,$f)) \
         $(if $(SAN),,-D_FORTIFY_SOURCE=2)
san    = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
cflags = -std=c2x -D_GNU_SOURCE $(warn) $(harden) -fPIC \
         -MMD -MP $(san) $(CFLAGS) $(CPPFLAGS)
ldflags = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(san) $(LDFLAGS)
paths  = -DSSPR_SYSCONFDIR='"$(SYSCONFDIR)"' -DSSPR_RUNDIR='"$(RUNDIR)"' \
         -DSSPR_STATEDIR='"$(STATEDIR)"' -DSSPR_LOGDIR='"$(LOGDIR)"' \
         -DSSPR_LIBEXECDIR='"$(LIBEXECDIR)"' -DSSPR_PAMDIR='"$(PAMDIR)"' \
         -DSSPR_RELEASE='"$(VERSION)"'

# A program's names stay its own: were audit_open of ours visible, libpam would
# call it in place of libaudit's.  The modules have their maps.
hidden = $(if $(filter pam_sspr/% directory/pam_sspr_ldap,$1),,-fvisibility=hidden)

# A directory is an artefact: it is built from all the C files below it.
objs   = $(patsubst %.c,$(BUILD)/obj/%.o,$(shell find $1 -name '*.c'))
lib    = $(BUILD)/libsspr.a
pam    = $(BUILD)/pam_sspr.so
enroll = $(BUILD)/sspr-enroll
admin  = $(BUILD)/sspr-admin
resetd = $(BUILD)/sspr-resetd
# couriers/ is three: each has its main, and all share the rest.
couriers = $(addprefix $(BUILD)/couriers/,sms-gammu sms-http mail-sendmail)
# directory/ is two: a module and a program, and both share the rest.
pam_ldap  = $(BUILD)/pam_sspr_ldap.so
directory = $(BUILD)/directory/directory
mains  = %/main.o %/pam_sspr_ldap.o $(patsubst %,$(BUILD)/obj/couriers/%.o,sms_gammu sms_http mail_sendmail)
tests  = $(patsubst %.c,$(BUILD)/%,$(shell find tests/unit -name 'test_*.c'))
benches = $(BUILD)/bench/bench $(BUILD)/bench/login
# What each of the programs that let calls fail is made of.
faults_libsspr     = talk
faults_pam_sspr    = module
faults_sspr-resetd = conf ipc store vault audit run worker
faults = $(patsubst %.c,$(BUILD)/%,$(filter-out %/fault_worker.c,$(wildcard tests/fault/fault_*.c)))
fuzzers = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
sources = $(shell find libsspr pam_sspr sspr-enroll sspr-admin sspr-resetd couriers directory tests -name '*.[ch]')

# What each artefact is linked with.
libs_libsspr     =
libs_pam_sspr    = -lpam
libs_sspr-enroll = -lpng
libs_sspr-admin  =
libs_sspr-resetd = -lpam -lcrypt -lsodium -lsqlite3 -loath -lqrencode -liniparser -lseccomp
libs_couriers    = -lcurl -lGammu
libs_directory   = -lldap -llber
includes_couriers = -I/usr/include/gammu

all: $(pam) $(pam_ldap) $(enroll) $(admin) $(resetd) $(couriers) $(directory)		## build everything

deps:					## install what building and testing needs (Debian, root)
	tests/deps check

$(lib): $(call objs,libsspr)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(pam): $(call objs,pam_sspr) $(lib) pam_sspr/pam_sspr.map
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -shared -Wl,-z,defs \
	    -Wl,--version-script=pam_sspr/pam_sspr.map \
	    -o $@ $(filter %.o %.a,$^) $(libs_pam_sspr)

# It stays loaded: libldap, unloaded, would leave what TLS has allocated.
$(pam_ldap): $(filter-out %/main.o,$(call objs,directory)) $(lib) directory/pam_sspr_ldap.map
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -shared -Wl,-z,defs -Wl,-z,nodelete \
	    -Wl,--version-script=directory/pam_sspr_ldap.map \
	    -o $@ $(filter %.o %.a,$^) $(libs_directory) -lpam

$(directory): $(filter-out %/pam_sspr_ldap.o,$(call objs,directory)) $(lib)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_directory)

$(enroll): $(call objs,sspr-enroll) $(lib)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_sspr-enroll)

$(admin): $(call objs,sspr-admin) $(lib)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_sspr-admin)

$(resetd): $(call objs,sspr-resetd) $(lib)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_sspr-resetd)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(cflags) $(call hidden,$*) $(paths) -Ilibsspr \
	    -I$(firstword $(subst /, ,$*)) $(includes_$(firstword $(subst /, ,$*))) -c -o $@ $<

$(BUILD)/couriers.a: $(filter-out $(mains),$(call objs,couriers))
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

# tests/unit/DIR/.../test_x.c is linked with all of DIR but its main.
.SECONDEXPANSION:
artefact_of = $(word 3,$(subst /, ,$1))
but_main = $(filter-out $(mains),$(call objs,$(call artefact_of,$1)))
$(tests): $(BUILD)/%: %.c $(lib) $$(call but_main,$$*)
	@mkdir -p $(@D)
	$(call say,TEST)$(CC) $(cflags) $(paths) $(ldflags) -Ilibsspr -I$(call artefact_of,$*) \
	    -o $@ $< $(filter-out $(BUILD)/obj/libsspr/%,$(filter %.o,$^)) \
	    $(lib) $(libs_$(call artefact_of,$*)) -lcmocka

$(couriers): $(BUILD)/couriers/%: $$(BUILD)/obj/couriers/$$(subst -,_,$$*).o \
    $(BUILD)/couriers.a $(lib)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_couriers)

unit: $(tests)				## unit tests, as any user
	@tests/unit/run $(BUILD) $(tests)

check-san:				## the same under ASan and UBSan
	$(MAKE) SAN=address,undefined unit

# Each is linked with all of its artefact but main; pam_fault.so calls into it.
fault_of = $(strip $(foreach a,libsspr pam_sspr sspr-enroll sspr-resetd,\
    $(if $(filter $(patsubst fault_%,%,$(notdir $1)),$(faults_$a)),$a)))
fault_with = $(filter-out $(mains),$(call objs,$(call fault_of,$1)))
fault_lib = $(addprefix $(BUILD)/obj/tests/fault/,fault.o memory.o watch.o)
$(faults) $(BUILD)/tests/fault/fault_worker: $(BUILD)/%: %.c $(fault_lib) $(lib) $$(call fault_with,$$*)
	@mkdir -p $(@D)
	$(call say,FAULT)$(CC) $(cflags) $(paths) $(ldflags) -rdynamic -Itests/fault \
	    -Ilibsspr -I$(call fault_of,$*) -o $@ $< $(fault_lib) \
	    $(filter-out $(BUILD)/obj/libsspr/% $(fault_lib),$(filter %.o,$^)) \
	    $(lib) $(libs_$(call fault_of,$*)) -lcmocka

# The scripted daemon of tests/pam/, and a bridge into the program's own module.
$(BUILD)/tests/fault/fault_module: $(BUILD)/obj/tests/fault/stage.o $(BUILD)/tests/fault/pam_fault.so
$(BUILD)/obj/tests/fault/stage.o: tests/pam/stage.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(cflags) $(paths) -Ilibsspr -Itests -c -o $@ $<

$(BUILD)/tests/fault/pam_fault.so: tests/fault/bridge.c
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) -std=c2x -D_GNU_SOURCE $(warn) -fPIC -shared -o $@ $< -lpam

$(BUILD)/obj/tests/fault/%.o: tests/fault/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(cflags) -Itests/fault -c -o $@ $<

check-faults: $(faults)			## the n-th call fails, for all n; FAULT_LONG=1: all errors
	@tests/fault/run $(BUILD) $(faults)

stage: all				## install into $(BUILD)/stage, for private roots
	rm -rf $(BUILD)/stage && $(MAKE) -s install DESTDIR=$(BUILD)/stage

check-pam: all				## the module against hostile daemons and hosts (root)
	tests/pam/run $(BUILD)

# Unit tests that want programs no machine should get for their sake.
inside = $(addprefix $(BUILD)/tests/unit/,$(addprefix directory/test_,check entry link) \
         sspr-resetd/worker/test_elsewhere) $(BUILD)/tests/fault/fault_worker
inside += $(BUILD)/contain
check-system: stage $(inside)		## whole programs in private roots (root)
	tests/lab/mkroot $(BUILD) && tests/system/run $(BUILD)

torture: stage $(inside)			## kill, compare, measure at length, in private roots (root)
	tests/lab/mkroot $(BUILD) && PYTEST=--long TEST_TIMEOUT=3600 \
	    tests/system/run $(BUILD) $(wildcard tests/system/test_set_*.py) \
	    $(addprefix tests/system/test_,oracle.py timing.py ldap_timing.py faults.py)
	FAULT_LONG=1 FAULT_TIMEOUT=3600 $(MAKE) CC=clang SAN=address,undefined check-faults

check-boot: stage			## the units under a real systemd (root, systemd-container)
	tests/lab/mkroot $(BUILD) && tests/boot/run $(BUILD)

lint: all				## the rules of HACKING.md that a script can check
	@for l in tests/lint/*; do $$l $(BUILD) || exit 1; done

check:					## everything, on a fresh machine (root)
	tests/check

demo:					## forget alice's password and reset it, in a sandbox (root)
	@tests/deps && $(MAKE) -s stage && tests/lab/mkroot $(BUILD) && tests/demo $(BUILD)

bench: stage $(benches)			## three figures against the machine's own limits (root)
	@tests/lab/mkroot $(BUILD) && tests/bench/run $(BUILD)

# login is a host like any other; bench has all of the daemon in it.
$(BUILD)/bench/login: $(BUILD)/obj/tests/bench/login.o $(BUILD)/obj/tests/bench/samples.o
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ -lpam

$(BUILD)/bench/bench: $(filter-out %/login.o,$(call objs,tests/bench)) \
    $(filter-out %/main.o,$(call objs,sspr-resetd)) $(lib)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_sspr-resetd)

$(BUILD)/obj/tests/bench/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(cflags) -fvisibility=hidden $(paths) -iquote libsspr \
	    -iquote sspr-resetd -iquote tests/bench -c -o $@ $<

# Becomes a role and tries what it may not: tests/system/test_containment.py.
$(BUILD)/contain: $(BUILD)/obj/tests/system/contain.o \
    $(filter-out %/main.o,$(call objs,sspr-resetd)) $(lib)
	@mkdir -p $(@D)
	$(call say,LINK)$(CC) $(cflags) $(ldflags) -pie -o $@ $^ $(libs_sspr-resetd)

$(BUILD)/obj/tests/system/%.o: tests/system/%.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(cflags) -fvisibility=hidden $(paths) -iquote libsspr \
	    -iquote sspr-resetd -c -o $@ $<

fuzz: $(fuzzers)			## each fuzzer for FUZZ_TIME seconds
	@tests/fuzz/run $(BUILD) $(or $(FUZZ_TIME),60) $^

$(fuzzers): $(BUILD)/%: %.c $(wildcard tests/fuzz/*.h) $(shell find libsspr sspr-resetd sspr-enroll pam_sspr couriers directory -name '*.[ch]' -o -name '*.def')
	@mkdir -p $(@D)
	$(call say,FUZZ)clang -std=c2x -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=all $(paths) -Ilibsspr -Isspr-resetd -Ipam_sspr -Icouriers -Idirectory -Isspr-enroll \
	    -o $@ $< \
	    $(shell sed -n 's/^\/\* links: \(.*\) \*\/$$/\1/p' $*.c)

analyze:				## gcc -fanalyzer, clang --analyze, cppcheck
	tests/analyze

format:					## rewrite the sources as clang-format has it
	clang-format -i $(sources)

check-format:				## fail if format would change anything
	clang-format --dry-run -Werror $(sources)

inst = install -D -m
# What an administrator may have changed is not overwritten.
keep = test -e $3 && echo 'kept $3' || $(inst) $1 $2 $3
install: all				## into $(DESTDIR)
	$(inst) 0755 $(enroll) $(DESTDIR)$(BINDIR)/sspr-enroll
	$(inst) 0755 $(admin) $(DESTDIR)$(SBINDIR)/sspr-admin
	$(inst) 0755 $(resetd) $(DESTDIR)$(SBINDIR)/sspr-resetd
	$(inst) 0644 $(pam) $(DESTDIR)$(PAMDIR)/pam_sspr.so
	for f in $(couriers); do $(inst) 0755 $$f $(DESTDIR)$(LIBEXECDIR)/$${f##*/}; done
	$(inst) 0755 $(directory) $(DESTDIR)$(LIBEXECDIR)/directory
	$(inst) 0644 $(pam_ldap) $(DESTDIR)$(PAMDIR)/pam_sspr_ldap.so
	for f in etc/directory/*; do $(inst) 0644 $$f $(DESTDIR)$(PREFIX)/share/sspr/$${f##*/}; done
	$(inst) 0644 couriers/sms-http.conf.example $(DESTDIR)$(PREFIX)/share/sspr/sms-http.conf.example
	install -d -m 0755 $(DESTDIR)$(SYSCONFDIR)/sspr
	$(call keep,0640,etc/sspr.conf,$(DESTDIR)$(SYSCONFDIR)/sspr/sspr.conf)
	$(call keep,0644,etc/pam.d/sspr-reset,$(DESTDIR)$(SYSCONFDIR)/pam.d/sspr-reset)
	$(call keep,0644,etc/pam.d/sspr-enroll,$(DESTDIR)$(SYSCONFDIR)/pam.d/sspr-enroll)
	$(inst) 0644 etc/sshd.conf $(DESTDIR)$(PREFIX)/share/sspr/sshd.conf
	$(inst) 0644 etc/network.conf $(DESTDIR)$(PREFIX)/share/sspr/network.conf
	$(inst) 0644 etc/pam-configs/sspr $(DESTDIR)$(PREFIX)/share/pam-configs/sspr
	for f in etc/systemd/*; do $(inst) 0644 $$f $(DESTDIR)$(UNITDIR)/$${f##*/}; done
	$(inst) 0644 etc/sysusers.d/sspr.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/sspr.conf
	$(inst) 0644 etc/tmpfiles.d/sspr.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/sspr.conf
	for f in man/*; do $(inst) 0644 $$f $(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/}; done

uninstall:				## remove what install put there, but not what was configured
	rm -f $(DESTDIR)$(BINDIR)/sspr-enroll $(DESTDIR)$(SBINDIR)/sspr-resetd \
	    $(DESTDIR)$(SBINDIR)/sspr-admin \
	    $(DESTDIR)$(PAMDIR)/pam_sspr.so $(DESTDIR)$(PREFIX)/share/pam-configs/sspr \
	    $(DESTDIR)$(PAMDIR)/pam_sspr_ldap.so $(DESTDIR)$(LIBEXECDIR)/directory \
	    $(DESTDIR)$(PREFIX)/share/sspr/sshd.conf \
	    $(DESTDIR)$(PREFIX)/share/sspr/network.conf \
	    $(DESTDIR)$(PREFIX)/share/sspr/sms-http.conf.example \
	    $(addprefix $(DESTDIR)$(LIBEXECDIR)/,$(notdir $(couriers))) \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d/sspr.conf \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/sspr.conf
	for f in etc/directory/*; do rm -f $(DESTDIR)$(PREFIX)/share/sspr/$${f##*/}; done
	for f in etc/systemd/*; do rm -f $(DESTDIR)$(UNITDIR)/$${f##*/}; done
	for f in man/*; do rm -f $(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/}; done

clean:					## remove what was built
	rm -rf build

help:					## this list
	@sed -n 's/^\([a-z-]*\):.*## */\1	/p' Makefile | expand -t 16

.DELETE_ON_ERROR:
.PHONY: all deps unit check check-san check-faults check-pam check-system check-boot torture stage demo bench check-format \
        lint fuzz analyze format install uninstall clean help
-include $(shell find $(BUILD)/obj $(BUILD)/tests -name '*.d' 2>/dev/null)
