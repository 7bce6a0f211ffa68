#include "wire/uri_pattern.hpp"

#include <CppUTest/TestHarness.h>

#include <random>
#include <string>
#include <vector>

#include "wire/reserved_names.hpp"

using tws::covers;
using tws::Match;
using tws::matches;
using tws::parse_uri_pattern;
using tws::UriPattern;

namespace {

UriPattern pattern(const std::string& text) {
  const auto parsed = parse_uri_pattern(text);
  CHECK(!!parsed);
  return *parsed;
}

// All URIs, well-formed or not, of up to `longest` characters of this alphabet.
std::vector<std::string> all_texts(std::string_view alphabet, std::size_t longest) {
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() < longest) {
      for (const char c : alphabet) {
        texts.push_back(texts[i] + c);
      }
    }
  }
  return texts;
}

}  // namespace

TEST_GROUP(UriPattern){void is(const char* text, const char* uri, Match match){const auto parsed = pattern(text);
STRCMP_EQUAL(uri, parsed.uri.c_str());
CHECK(parsed.match == match);
}
void has_remedy(const std::string& text, const char* remedy) {
  const auto parsed = parse_uri_pattern(text);
  CHECK(!parsed);
  STRCMP_CONTAINS(remedy, parsed.error().message.c_str());
}
}
;

TEST(UriPattern, NotationOfDirectives) {
  is("com.example.chat", "com.example.chat", Match::kExact);
  is("com.example.*", "com.example.", Match::kPrefix);
  is("com.ex*", "com.ex", Match::kPrefix);
  is("*", "", Match::kPrefix);
  is("com..status", "com..status", Match::kWildcard);
  is(".status", ".status", Match::kWildcard);
  is("com.", "com.", Match::kWildcard);
  is(".", ".", Match::kWildcard);
  is("com.T\xc3\xb6pic", "com.T\xc3\xb6pic", Match::kExact);
  is(std::string(512, 'a').c_str(), std::string(512, 'a').c_str(), Match::kExact);
}

TEST(UriPattern, WhatIsWrongIsNamedWithItsRemedy) {
  has_remedy("", "write *");
  has_remedy("com example", "leave it out");
  has_remedy("com.example#top", "leave it out");
  has_remedy("com.\x7f", "leave it out");
  has_remedy("com.*.status", "com..status");
  has_remedy("**", "com..status");
  has_remedy("com..*", "either");
  has_remedy(".*", "either");
  has_remedy(std::string(513, 'a'), "512");
}

TEST(UriPattern, NamesOfWamp) {
  for (const Match match : {Match::kExact, Match::kPrefix, Match::kWildcard}) {
    CHECK(tws::match_of(tws::name_of(match)) == match);
  }
  CHECK(tws::match_of("prefix") == Match::kPrefix);
  CHECK_FALSE(tws::match_of("regex").has_value());
  CHECK_FALSE(tws::match_of("").has_value());
}

TEST(UriPattern, Matches) {
  CHECK_TRUE(matches(pattern("com.example"), "com.example"));
  CHECK_FALSE(matches(pattern("com.example"), "com.example2"));
  CHECK_TRUE(matches(pattern("com.example*"), "com.example2"));
  CHECK_TRUE(matches(pattern("com.example.*"), "com.example.a.b"));
  CHECK_FALSE(matches(pattern("com.example.*"), "com.example"));
  CHECK_TRUE(matches(pattern("*"), "anything"));
  CHECK_TRUE(matches(pattern("com..status"), "com.a.status"));
  CHECK_FALSE(matches(pattern("com..status"), "com..status"));
  CHECK_FALSE(matches(pattern("com..status"), "com.a.b.status"));
  CHECK_FALSE(matches(pattern("com..status"), "com.a.states"));
  CHECK_TRUE(matches(pattern("com."), "com.a"));
  CHECK_FALSE(matches(pattern("com."), "com."));
  CHECK_FALSE(matches(pattern("com."), "com"));
  CHECK_TRUE(matches(pattern(".com"), "a.com"));
  CHECK_TRUE(matches(pattern("."), "a.b"));
}

TEST(UriPattern, CoversWhatIsNarrower) {
  CHECK_TRUE(covers(pattern("com.example"), pattern("com.example")));
  CHECK_FALSE(covers(pattern("com.example"), pattern("com.example*")));
  CHECK_TRUE(covers(pattern("com.*"), pattern("com.example")));
  CHECK_TRUE(covers(pattern("com.*"), pattern("com.example.*")));
  CHECK_TRUE(covers(pattern("com.*"), pattern("com.*")));
  CHECK_FALSE(covers(pattern("com.example.*"), pattern("com.*")));
  CHECK_TRUE(covers(pattern("com.*"), pattern("com..status")));
  CHECK_TRUE(covers(pattern("com.*"), pattern("com.")));
  CHECK_FALSE(covers(pattern("com.a*"), pattern("com..status")));
  CHECK_FALSE(covers(pattern("com.*"), pattern(".example")));
  CHECK_TRUE(covers(pattern("*"), pattern(".")));
  CHECK_TRUE(covers(pattern("com..status"), pattern("com.a.status")));
  CHECK_TRUE(covers(pattern("com..status"), pattern("com..status")));
  CHECK_TRUE(covers(pattern("com.."), pattern("com..status")));
  CHECK_FALSE(covers(pattern("com..status"), pattern("com..")));
  CHECK_FALSE(covers(pattern("com.."), pattern("com...")));
  CHECK_FALSE(covers(pattern("com."), pattern("com.*")));
  CHECK_FALSE(covers(pattern("com..status"), {"com..status", Match::kExact}));
}

TEST(UriPattern, WhatIsCoveredNeverEscapes) {
  const auto texts = all_texts("ab.", 6);
  std::mt19937 random(245);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  std::uniform_int_distribution<std::size_t> any_short(0, all_texts("ab.", 3).size() - 1);
  std::uniform_int_distribution<int> any_match(0, 2);
  const auto any = [&] { return UriPattern{texts[any_short(random)], static_cast<Match>(any_match(random))}; };
  int covered = 0;
  for (int round = 0; round < 50'000; ++round) {
    const UriPattern rule = any();
    const UriPattern asked = any();
    bool escapes = false;
    for (std::size_t i = 0; i < texts.size() && !escapes; ++i) {
      escapes = matches(asked, texts[i]) && !matches(rule, texts[i]);
    }
    if (covers(rule, asked)) {
      ++covered;
      CHECK_FALSE_TEXT(escapes, (rule.uri + " does not cover " + asked.uri).c_str());
    } else if (asked.match == Match::kExact) {
      CHECK_TRUE_TEXT(escapes, (rule.uri + " covers " + asked.uri).c_str());
    }
  }
  CHECK_COMPARE(covered, >, 1000);
}

TEST(UriPattern, MayHaveNothingButTheServersOwnNames) {
  for (const char* text :
       {"torrents", "torrent.start", "torrent.*", "wamp.*", "session*", "wamp..count", "free_space"}) {
    CHECK_TRUE(tws::has_only_reserved(pattern(text)));
  }
  for (const char* text : {"*", "torr*", "torrent", "free_space*", ".start", "com.example.*", "."}) {
    CHECK_FALSE(tws::has_only_reserved(pattern(text)));
  }
}

TEST_GROUP(MayOverlap){
    static bool overlap(const char* one, const char* other){const auto a = *tws::parse_uri_pattern(one);
const auto b = *tws::parse_uri_pattern(other);
CHECK_EQUAL(tws::may_overlap(a, b), tws::may_overlap(b, a));
return tws::may_overlap(a, b);
}
}
;

TEST(MayOverlap, tells_patterns_that_share_a_URI) {
  CHECK(overlap("com.a", "com.a") && overlap("com.a", "com.*") && overlap("com.a", "..") == false);
  CHECK(overlap("com.a.b", "com..b") && overlap("com.*", "com.a.*") && overlap("*", "com..b"));
  CHECK(overlap("com..b", "com.a.") && overlap("com..b", "com.a.*"));
}

TEST(MayOverlap, tells_patterns_that_share_none) {
  CHECK_FALSE(overlap("com.a", "com.b"));
  CHECK_FALSE(overlap("com.a", "com.b.*"));
  CHECK_FALSE(overlap("com.a.*", "com.b.*"));
  CHECK_FALSE(overlap("com..b", "com..c"));
  CHECK_FALSE(overlap("com..b", "com..b."));
  CHECK_FALSE(overlap("com..b", "org.*"));
}
