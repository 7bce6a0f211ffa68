#include "wamp/policy.hpp"

#include <CppUTest/TestHarness.h>

#include <initializer_list>
#include <string>

using tws::Match;
using tws::Permission;
using tws::UriPattern;
using tws::wamp::Action;
using tws::wamp::Policy;

namespace {

constexpr std::initializer_list<Action> kActions = {Action::kSubscribe, Action::kPublish, Action::kCall,
                                                    Action::kRegister};

UriPattern pattern(const char* text) { return *tws::parse_uri_pattern(text); }

Permission everything(const char* uris, const char* role, const char* user = "") {
  return {.subscribe = true,
          .publish = true,
          .call = true,
          .register_procedures = true,
          .pattern = pattern(uris),
          .role = role,
          .user = user};
}

bool may_publish(const Policy& policy, const char* role, const char* user, const char* topic = "com.example.chat") {
  return policy.allows(Action::kPublish, role, user, {topic, Match::kExact});
}

}  // namespace

TEST_GROUP(Policy){};

TEST(Policy, DeniesByDefault) {
  for (const Action action : kActions) {
    CHECK_FALSE(Policy().allows(action, "admin", "1", pattern("com.example")));
  }
  CHECK_FALSE(may_publish(Policy({everything("com.other", "anonymous")}), "admin", "1"));
  CHECK_FALSE(may_publish(Policy({everything("*", "no such role")}), "admin", "1"));
}

TEST(Policy, AllowsTheActionsThatAreNamed) {
  for (const Action allowed : kActions) {
    Permission permission;
    permission.pattern = pattern("com.example.*");
    permission.subscribe = allowed == Action::kSubscribe;
    permission.publish = allowed == Action::kPublish;
    permission.call = allowed == Action::kCall;
    permission.register_procedures = allowed == Action::kRegister;
    const Policy policy({permission});
    for (const Action action : kActions) {
      CHECK_EQUAL(action == allowed, policy.allows(action, "user", "1", pattern("com.example.chat")));
    }
  }
}

TEST(Policy, RolesContainEachOther) {
  const Policy anonymous({everything("*", "anonymous")});
  const Policy user({everything("*", "user")});
  const Policy admin({everything("*", "admin")});
  for (const auto& [role, id] : {std::pair("anonymous", ""), std::pair("user", "245"), std::pair("admin", "1")}) {
    CHECK_TRUE(may_publish(anonymous, role, id));
    CHECK_EQUAL(std::string(role) != "anonymous", may_publish(user, role, id));
    CHECK_EQUAL(std::string(role) == "admin", may_publish(admin, role, id));
  }
  CHECK_FALSE(may_publish(user, "guest", "245"));
  CHECK_TRUE(Permission().role == "user");
}

TEST(Policy, PublishersAreApart) {
  const Policy publisher({everything("*", "publisher")});
  CHECK_TRUE(may_publish(publisher, "publisher", "unix"));
  for (const auto& [role, id] : {std::pair("anonymous", ""), std::pair("user", "245"), std::pair("admin", "1")}) {
    CHECK_FALSE(may_publish(publisher, role, id));
    CHECK_FALSE(may_publish(Policy({everything("*", role)}), "publisher", "unix"));
  }
  const Policy zmq({everything("*", "publisher", "zmq")});
  CHECK_TRUE(may_publish(zmq, "publisher", "zmq"));
  CHECK_FALSE(may_publish(zmq, "publisher", "unix"));
  CHECK_FALSE(publisher.any_for_anonymous());
}

TEST(Policy, MayBeForOneUser) {
  const Policy policy({everything("com.example.*", "user", "245"), everything("com.example.*", "admin", "7")});
  CHECK_TRUE(may_publish(policy, "user", "245"));
  CHECK_TRUE(may_publish(policy, "admin", "245"));
  CHECK_FALSE(may_publish(policy, "user", "24"));
  CHECK_FALSE(may_publish(policy, "anonymous", ""));
  CHECK_FALSE(may_publish(policy, "user", "7"));
  CHECK_TRUE(may_publish(policy, "admin", "7"));
}

TEST(Policy, LetsInPatternsThatOnePermissionCovers) {
  const Policy policy({everything("com.example.*", "user"), everything("org..status", "user")});
  const auto may_subscribe = [&policy](const char* asked) {
    return policy.allows(Action::kSubscribe, "user", "245", pattern(asked));
  };
  CHECK_TRUE(may_subscribe("com.example.chat.*"));
  CHECK_TRUE(may_subscribe("com.example..status"));
  CHECK_TRUE(may_subscribe("org..status"));
  CHECK_FALSE(may_subscribe("com.*"));
  CHECK_FALSE(may_subscribe("*"));
  CHECK_FALSE(may_subscribe("org.."));
}

TEST(Policy, TellsWhetherTheAnonymousMayDoAnything) {
  CHECK_FALSE(Policy().any_for_anonymous());
  CHECK_FALSE(Policy({everything("*", "user"), everything("*", "admin")}).any_for_anonymous());
  CHECK_TRUE(Policy({everything("*", "user"), everything("com.example", "anonymous")}).any_for_anonymous());
}
