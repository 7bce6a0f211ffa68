// Which part of a list is asked for: what is refused, and what means the same.
#include "wire/window_request.hpp"

#include <CppUTest/TestHarness.h>

#include <string>
#include <utility>
#include <vector>

namespace {

std::string error_of(const std::string& spec) {
  const auto read = tws::read_window_request(tws::parse_json(spec)->get(), "tails");
  CHECK_TEXT(!read, spec.c_str());
  STRCMP_EQUAL("wamp.error.invalid_argument", read.error().uri.c_str());
  return read.error().message;
}

}  // namespace

TEST_GROUP(WindowRequest){};

TEST(WindowRequest, WrongSpecificationsAreToldByTheirMember) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"({"filter":[]})", "argument filter must be a dictionary"},
      {R"({"filter":{"state":["all"]}})", "filter has no such member: state"},
      {R"({"filter":{"status":["busy"]}})", "argument filter.status must be a list of all, downloading"},
      {R"({"filter":{"labels":"films"}})", "argument filter.labels must be a list"},
      {R"({"filter":{"trackers":[1]}})", "argument filter.trackers must be a list"},
      {R"({"filter":{"folders":null}})", "argument filter.folders must be a list"},
      {R"({"filter":{"owners":[7]}})", "argument filter.owners must be a list"},
      {R"({"filter":{"search":["a"]}})", "argument filter.search must be a string"},
      {R"({"sort":"name"})", "argument sort must be a list"},
      {R"({"sort":[["name"]]})", "argument sort must be a list"},
      {R"({"sort":[["name","up"]]})", "argument sort must be a list"},
      {R"({"sort":[["trackers","asc"]]})", "argument sort must be by fields of the list"},
      {R"({"sort":[["no such field","asc"]]})", "argument sort must be by fields of the list"},
      {R"({"offset":-1})", "argument offset must be an integer"},
      {R"({"offset":0.5})", "argument offset must be an integer"},
      {R"({"limit":0})", "argument limit must be an integer"},
      {R"({"limit":1001})", "argument limit must be an integer"},
      {R"({"fields":[]})", "argument fields must be a list"},
      {R"({"fields":["peers"]})", "argument fields must be a list"},
      {R"({"page":1})", "a window has no such member: page"},
  };
  for (const auto& [spec, message] : wrong) {
    STRCMP_CONTAINS(message.c_str(), error_of(spec).c_str());
  }
  STRCMP_CONTAINS("a window is a dictionary", error_of("[]").c_str());
  CHECK(!!tws::read_window_request(tws::parse_json(R"({"tails":1})")->get(), "tails"));
}

TEST(WindowRequest, SpecificationsThatMeanTheSameAreWrittenTheSame) {
  const auto written = [](const std::string& spec) {
    return tws::to_text(tws::to_json(*tws::read_window_request(tws::parse_json(spec)->get())).get());
  };
  STRCMP_EQUAL(written("{}").c_str(),
               written(R"({"limit":100,"offset":0,"sort":[],"filter":{"search":"","labels":[]}})").c_str());
  STRCMP_EQUAL(
      R"({"filter":{"labels":["a","b"],"search":"x"},"sort":[["name","desc"]],"offset":1,"limit":2,"fields":["eta"]})",
      written(
          R"({"fields":["eta"],"limit":2,"filter":{"search":"x","labels":["b","a","b"]},"sort":[["name","desc"]],"offset":1})")
          .c_str());
}
