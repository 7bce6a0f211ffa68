# Two commands do everything on a fresh Debian 12: make demo and make check.
# Parts: make, make gui, make lint, make install DESTDIR=, make clean.

BUILD := build
NEED := conf/demo/install-packages.sh

all: programs gui
.PHONY: all programs gui

# The goals that install packages do it before configure looks for them.
ifneq ($(filter demo check lint bench bench-gui screenshots soak mutants,$(MAKECMDGOALS)),)
PACKAGE_SETS := build demo $(if $(filter check lint bench bench-gui screenshots soak mutants,$(MAKECMDGOALS)),test)
PACKAGES_INSTALLED := $(shell $(NEED) $(PACKAGE_SETS) >&2 && echo yes)
ifneq ($(PACKAGES_INSTALLED),yes)
$(error packages are missing: see the lines above)
endif
endif

ifneq ($(MAKECMDGOALS),clean)
-include config.mk
endif

configure: configure.ac
	autoconf

config.mk: configure conf/config.mk.in
	./configure

WARNINGS := -Wall -Wextra -Werror
HARDENING := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now
CPPFLAGS := -Imod_torrent_ws -I$(BUILD)/generated -D_GNU_SOURCE -DTWS_VERSION='"$(PACKAGE_VERSION)"'
COMMON := -std=c++20 -O2 -g -fPIC -fvisibility=hidden -fno-gnu-unique -MMD -MP $(WARNINGS) $(HARDENING)
SANITIZED := -std=c++20 -O1 -g -MMD -MP $(WARNINGS) -fno-omit-frame-pointer -fno-sanitize-recover=all
PROGRAMS_DIRECTORY = $(libexecdir)/torrent-ws
CONTROL_FLAGS = $(CONTROL_CFLAGS) -DTWS_RUNTIME_DIRECTORY='"$(HTTPD_RUNTIME_DIRECTORY)"' -DTWS_VERSION='"$(PACKAGE_VERSION)"'

SHARED_SOURCES := $(wildcard mod_torrent_ws/support/*.cpp mod_torrent_ws/wire/*.cpp)
MODULE_SOURCES := $(wildcard mod_torrent_ws/apache/*.cpp) $(SHARED_SOURCES)
LOOP_SOURCES := $(wildcard $(addprefix mod_torrent_ws/,$(addsuffix /*.cpp,loop websocket wamp topics jobs admin io bridge handlers))) $(SHARED_SOURCES)
WORKER_SOURCES := $(wildcard worker/*.cpp) $(SHARED_SOURCES)
CONTROL_SOURCES := $(wildcard mod_torrent_ws/ctl/*.cpp) $(SHARED_SOURCES)
UNIT_SOURCES := $(wildcard tests/unit/*.cpp)

# objects VARIANT,SOURCES: each variant has object files of its own.
objects = $(patsubst %.cpp,$(BUILD)/objects/$(1)/%.o,$(2))

VARIANT_FLAGS_release := $(COMMON)
VARIANT_FLAGS_test-endpoints := $(COMMON) -DTWS_TEST_ENDPOINTS
VARIANT_FLAGS_next-version := $(COMMON) -DTWS_WIRE_VERSION=1000
VARIANT_FLAGS_address := $(SANITIZED) -fsanitize=address,undefined
VARIANT_FLAGS_thread := $(SANITIZED) -fsanitize=thread
VARIANT_FLAGS_fuzz := $(SANITIZED) -fsanitize=fuzzer-no-link,address,undefined
CXX_fuzz := clang++

define COMPILE
$(BUILD)/objects/$(1)/mod_torrent_ws/apache/%.o: mod_torrent_ws/apache/%.cpp config.mk
	@mkdir -p $$(@D)
	@echo '  CXX $$@'
	@$$(or $$(CXX_$(1)),$$(CXX)) $$(CPPFLAGS) $$(MODULE_CFLAGS) -DTWS_PROGRAMS_DIRECTORY='"$$(PROGRAMS_DIRECTORY)"' $$(VARIANT_FLAGS_$(1)) -c $$< -o $$@
$(BUILD)/objects/$(1)/mod_torrent_ws/ctl/%.o: mod_torrent_ws/ctl/%.cpp config.mk
	@mkdir -p $$(@D)
	@echo '  CXX $$@'
	@$$(or $$(CXX_$(1)),$$(CXX)) $$(CPPFLAGS) $$(CONTROL_FLAGS) $$(VARIANT_FLAGS_$(1)) -c $$< -o $$@
$(BUILD)/objects/$(1)/tests/unit/%.o: tests/unit/%.cpp config.mk | $(BUILD)/generated/schema.hpp
	@mkdir -p $$(@D)
	@echo '  CXX $$@'
	@$$(or $$(CXX_$(1)),$$(CXX)) $$(CPPFLAGS) -I. $$(LOOP_CFLAGS) $$(WORKER_CFLAGS) $$(CPPUTEST_CFLAGS) -DCPPUTEST_MEM_LEAK_DETECTION_DISABLED $$(VARIANT_FLAGS_$(1)) -c $$< -o $$@
$(BUILD)/objects/$(1)/%.o: %.cpp config.mk | $(BUILD)/generated/schema.hpp
	@mkdir -p $$(@D)
	@echo '  CXX $$@'
	@$$(or $$(CXX_$(1)),$$(CXX)) $$(CPPFLAGS) -I. $$(LOOP_CFLAGS) $$(WORKER_CFLAGS) $$(VARIANT_FLAGS_$(1)) -c $$< -o $$@
endef
$(foreach variant,release test-endpoints next-version address thread fuzz,$(eval $(call COMPILE,$(variant))))

# Builds for tests differ in few files, those with WORD in them; all others are the same objects.
# variant_objects VARIANT,WORD,SOURCES
variant_objects = $(call objects,$(1),$(shell grep -l $(2) $(3))) $(call objects,release,$(shell grep -L $(2) $(3)))

# programs DIRECTORY,MODULE OBJECTS,LOOP OBJECTS
define LINK
$(1)/mod_torrent_ws.so: $(2) mod_torrent_ws/apache/module.map
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	@$$(CXX) -shared $$(COMMON) $(2) -Wl,--version-script=mod_torrent_ws/apache/module.map $$(MODULE_LIBS) -o $$@
$(1)/torrent-ws: $(3)
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	@$$(CXX) $$(COMMON) $$^ $$(LOOP_LIBS) -o $$@
$(1)/torrent-ws-worker: $(call objects,release,$(WORKER_SOURCES))
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	@$$(CXX) $$(COMMON) $$^ $$(WORKER_LIBS) -o $$@
$(1)/torrent-wsctl: $(call objects,release,$(CONTROL_SOURCES))
	@mkdir -p $$(@D)
	@echo '  LINK $$@'
	@$$(CXX) $$(COMMON) $$^ $$(CONTROL_LIBS) -o $$@
endef
$(eval $(call LINK,$(BUILD),$(call objects,release,$(MODULE_SOURCES)),$(call objects,release,$(LOOP_SOURCES))))
$(eval $(call LINK,$(BUILD)/test-endpoints,$(call variant_objects,test-endpoints,TWS_TEST_ENDPOINTS,$(MODULE_SOURCES)),$(call variant_objects,test-endpoints,TWS_TEST_ENDPOINTS,$(LOOP_SOURCES))))
$(eval $(call LINK,$(BUILD)/next-version,$(call variant_objects,next-version,wire/version.hpp,$(MODULE_SOURCES)),$(call variant_objects,next-version,wire/version.hpp,$(LOOP_SOURCES))))

PROGRAMS := mod_torrent_ws.so torrent-ws torrent-ws-worker torrent-wsctl
programs: $(addprefix $(BUILD)/,$(PROGRAMS))
test-programs: $(foreach variant,test-endpoints next-version,$(addprefix $(BUILD)/$(variant)/,$(PROGRAMS)))
test-endpoints: $(addprefix $(BUILD)/test-endpoints/,$(PROGRAMS))
.PHONY: test-programs test-endpoints

# The schema that the worker creates is the documented one.
$(BUILD)/generated/schema.hpp: conf/schema.sql
	@mkdir -p $(@D)
	{ echo '#pragma once'; echo 'static constexpr char kSchema[] = R"sql('; cat $<; echo ')sql";'; } > $@

# npm ci replaces node_modules, so it runs only when what is locked changed.
htdocs/node_modules/.installed: htdocs/package.json htdocs/package-lock.json
	cd htdocs && npm ci --no-audit --no-fund
	touch $@
tests/node_modules/.installed: tests/package.json tests/package-lock.json
	cd tests && npm ci --no-audit --no-fund
	touch $@

GUI_SOURCES := $(shell find htdocs/gui -type f 2>/dev/null) htdocs/vite.config.ts htdocs/tsconfig.json
$(BUILD)/gui/app.js: htdocs/node_modules/.installed $(GUI_SOURCES)
	cd htdocs && npm run build
gui: $(BUILD)/gui/app.js

# --- the demo ---------------------------------------------------------------------------------------
PORT ?= 8080
TLS_PORT ?= 8443
MPM ?= event
export PORT TLS_PORT MPM BACKEND CONF TEST_ENDPOINTS

demo: $(if $(TEST_ENDPOINTS),test-endpoints,programs) gui
	@exec node conf/demo/demo.mjs
.PHONY: demo

# --- tests ------------------------------------------------------------------------------------------
RELAY_SOURCES := $(addprefix mod_torrent_ws/apache/,tls_relay.cpp tls_relay_loop.cpp tls_pump.cpp)
UNIT_TESTED := $(filter-out mod_torrent_ws/loop/main.cpp worker/main.cpp,$(sort $(LOOP_SOURCES) $(WORKER_SOURCES))) $(RELAY_SOURCES) \
               $(addprefix mod_torrent_ws/apache/,figures.cpp metrics.cpp)
$(BUILD)/unit-tests: $(call objects,address,$(UNIT_TESTED) $(UNIT_SOURCES))
	@echo '  LINK $@'
	@$(CXX) $(VARIANT_FLAGS_address) $^ $(LOOP_LIBS) $(WORKER_LIBS) $(CPPUTEST_LIBS) -o $@
# What runs in several threads.
$(BUILD)/thread-tests: $(call objects,thread,$(RELAY_SOURCES) mod_torrent_ws/support/random.cpp tests/unit/main.cpp tests/unit/tls_relay_test.cpp)
	@echo '  LINK $@'
	@$(CXX) $(VARIANT_FLAGS_thread) $^ $(MODULE_LIBS) $(CPPUTEST_LIBS) -lpthread -o $@

# Built in parallel, run one after the other: the tests measure and the machine is small.
check:
	$(MAKE) --jobs=$(shell nproc) --output-sync lint programs test-programs gui $(BUILD)/unit-tests $(BUILD)/thread-tests \
	  $(BUILD)/bench/connect $(addprefix $(BUILD)/fuzz/,$(FUZZ_TARGETS)) tests/node_modules/.installed
	$(MAKE) check-unit check-fuzz check-gui check-httpd check-browser
check-unit: $(BUILD)/unit-tests $(BUILD)/thread-tests
	$(BUILD)/unit-tests
	$(BUILD)/thread-tests

# Each fuzz target replays its corpus in make check, and looks for new inputs in make fuzz.
FUZZ_TARGETS := cbor frames json msgpack publish rpc-answer session session-v1 wire
FUZZ_SECONDS ?= 60
FUZZ_SOURCES := $(wildcard mod_torrent_ws/wamp/*.cpp) $(addprefix mod_torrent_ws/bridge/,publisher.cpp publish_keys.cpp) \
                $(addprefix mod_torrent_ws/websocket/,frame.cpp handshake.cpp inflater.cpp message_reader.cpp utf8_check.cpp refusals.cpp) \
                $(addprefix worker/,rpc_answer.cpp rpc_dialect.cpp rpc_names.cpp tail_form.cpp torrent_encoding.cpp torrent_fields.cpp \
                  torrent_list.cpp torrent_table_check.cpp torrent_value.cpp) \
                $(SHARED_SOURCES)
$(BUILD)/fuzz/%: $(BUILD)/objects/fuzz/tests/fuzz/%.o $(call objects,fuzz,$(FUZZ_SOURCES))
	@mkdir -p $(@D)
	@echo '  LINK $@'
	@$(CXX_fuzz) $(VARIANT_FLAGS_fuzz) -fsanitize=fuzzer $^ $(LOOP_LIBS) -o $@
.SECONDARY:
check-fuzz: $(addprefix $(BUILD)/fuzz/,$(FUZZ_TARGETS))
	for target in $(FUZZ_TARGETS); do $(BUILD)/fuzz/$$target -runs=0 tests/fuzz/corpus/$$target || exit 1; done
fuzz: $(addprefix $(BUILD)/fuzz/,$(FUZZ_TARGETS))
	for target in $(FUZZ_TARGETS); do mkdir -p $(BUILD)/fuzz/found/$$target; \
	  $(BUILD)/fuzz/$$target -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/fuzz/ \
	    $(BUILD)/fuzz/found/$$target tests/fuzz/corpus/$$target || exit 1; done
.PHONY: fuzz check-fuzz

check-gui: gui
	cd htdocs && npm run check && npm test
check-httpd: programs test-programs gui tests/node_modules/.installed $(BUILD)/bench/connect
	node --test --test-concurrency=1 tests/httpd/
check-browser: programs test-endpoints gui tests/node_modules/.installed
	node --test --test-concurrency=1 tests/browser/
# Those of docs/screenshots, anew.
screenshots: programs gui tests/node_modules/.installed
	node tests/browser/screenshots.mjs
.PHONY: check check-unit check-gui check-httpd check-browser screenshots

# Figures, each beside a peer's of the same run; bench-gui: those of the page alone, in half an hour.
# BENCH_MPMS, BENCH_ROUNDS, BENCH_CONNECTIONS, BENCH_QUICK, BENCH_TORRENTS make it shorter.
$(BUILD)/bench/connect: tests/bench/connect.cpp
	@mkdir -p $(@D)
	@echo '  CXX $@'
	@$(CXX) -std=c++20 -O2 -g $(WARNINGS) $< -lssl -lcrypto -o $@
$(BUILD)/bench/windows: $(call objects,release,tests/bench/windows.cpp $(filter-out worker/main.cpp,$(WORKER_SOURCES)))
	@mkdir -p $(@D)
	@echo '  LINK $@'
	@$(CXX) $(COMMON) $^ $(WORKER_LIBS) -o $@
bench: programs test-programs gui tests/node_modules/.installed $(BUILD)/bench/connect $(BUILD)/bench/windows
	node tests/bench/main.mjs
	node tests/bench/serializers.mjs
	node tests/bench/torrents.mjs
	node tests/bench/window.mjs
	$(BUILD)/bench/windows
	node tests/bench/gui.mjs
bench-gui: programs gui tests/node_modules/.installed
	node tests/bench/gui.mjs
# A hundred graceful restarts, ten thousand connects, ten minutes of kills and of churn, valgrind, and lists after five
# minutes of disturbances: over an hour, as root.
# SOAK_PARTS, SOAK_MPMS, SOAK_GRACEFULS, SOAK_CONNECTS make it shorter.
soak: programs test-programs gui tests/node_modules/.installed $(BUILD)/bench/connect
	node tests/soak/main.mjs
.PHONY: bench bench-gui soak

# For people who change what guards against a fault: takes each guard out and sees its test fail. GUARDS: some only.
mutants: programs test-programs gui $(BUILD)/unit-tests $(BUILD)/bench/connect tests/node_modules/.installed
	node tests/mutants/main.mjs $(GUARDS)
.PHONY: mutants

CXX_FILES := $(wildcard mod_torrent_ws/*/*.[ch]pp worker/*.[ch]pp tests/unit/*.[ch]pp)
TIDY_FILES := $(filter %.cpp,$(filter-out tests/%,$(CXX_FILES)))
TIDY_STAMPS := $(patsubst %,$(BUILD)/tidy/%.done,$(TIDY_FILES))
lint: lint-format $(TIDY_STAMPS)
lint-format:
	@clang-format --dry-run --Werror $(CXX_FILES)
$(BUILD)/tidy/%.done: % .clang-tidy config.mk $(BUILD)/generated/schema.hpp $(filter %.hpp,$(CXX_FILES))
	@mkdir -p $(@D)
	@echo '  TIDY $<'
	@clang-tidy --quiet $< -- -std=c++20 $(CPPFLAGS) -I. $(MODULE_CFLAGS) $(LOOP_CFLAGS) $(WORKER_CFLAGS) $(CONTROL_FLAGS) -DTWS_PROGRAMS_DIRECTORY='""' 2>/dev/null
	@touch $@
.PHONY: lint lint-format

# --- installation -----------------------------------------------------------------------------------
SHARE_DIRECTORY = $(datadir)/torrent-ws
install: all
	install -D -m 644 $(BUILD)/mod_torrent_ws.so $(DESTDIR)$(HTTPD_MODULE_DIRECTORY)/mod_torrent_ws.so
	install -D -m 755 -t $(DESTDIR)$(PROGRAMS_DIRECTORY) $(BUILD)/torrent-ws $(BUILD)/torrent-ws-worker
	install -D -m 755 -t $(DESTDIR)$(sbindir) $(BUILD)/torrent-wsctl
	install -D -m 644 -t $(DESTDIR)$(mandir)/man8 docs/torrent-wsctl.8
	install -D -m 644 -t $(DESTDIR)$(SHARE_DIRECTORY) $(BUILD)/torrent_ws.load conf/torrent_ws.conf conf/example-site.conf \
	  conf/prometheus-rules.yml conf/grafana-dashboard.json
	install -D -m 644 -t $(DESTDIR)$(SHARE_DIRECTORY)/php htdocs/php/*.php conf/schema.sql
	install -D -m 644 -t $(DESTDIR)$(SHARE_DIRECTORY)/python htdocs/python/*.py
	install -D -m 755 -t $(DESTDIR)$(SHARE_DIRECTORY)/handlers htdocs/handlers/*
	cd $(BUILD)/gui && find . -type f -exec install -D -m 644 {} $(DESTDIR)$(SHARE_DIRECTORY)/gui/{} \;
.PHONY: install

clean:
	rm -rf $(BUILD) autom4te.cache config.mk config.status config.log configure htdocs/node_modules tests/node_modules
.PHONY: clean

-include $(shell find $(BUILD)/objects -name '*.d' 2>/dev/null)
