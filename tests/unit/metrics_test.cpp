#include "apache/metrics.hpp"

#include <CppUTest/TestHarness.h>

#include "support/json.hpp"

namespace {

std::string metrics_of(const char* status) { return tws::apache::to_metrics(tws::parse_json(status)->get()); }

bool has(const std::string& text, std::string_view line) { return text.find(line) != std::string::npos; }

}  // namespace

TEST_GROUP(Metrics){};

TEST(Metrics, ReasonsAreALabel) {
  const auto text = metrics_of(R"({"refused": {"origin": 3, "limit": 0}})");
  CHECK_TRUE(has(text, "# TYPE torrent_ws_refused counter\n"));
  CHECK_TRUE(
      has(text, "\ntorrent_ws_refused_total{reason=\"limit\"} 0\ntorrent_ws_refused_total{reason=\"origin\"} 3\n"));
}

TEST(Metrics, OneNumberOfAKnownFamilyIsOfItsType) {
  CHECK_TRUE(has(metrics_of(R"({"refused": 4})"), "\ntorrent_ws_refused_total 4\n"));
}

TEST(Metrics, UnknownNumbersAreThereByTheirNames) {
  const auto text = metrics_of(R"({"a": {"b-c": {"d": 1.5}}, "on": true, "gone": null, "text": "words"})");
  CHECK_TRUE(has(text, "# TYPE torrent_ws_a_b_c_d unknown\n"));
  CHECK_TRUE(has(text, "\ntorrent_ws_a_b_c_d 1.5\n"));
  CHECK_TRUE(has(text, "\ntorrent_ws_on 1\n"));
  CHECK_FALSE(has(text, "gone"));
  CHECK_FALSE(has(text, "words"));
}

TEST(Metrics, UnknownNumbersOfABackendHaveItsLabel) {
  const auto text = metrics_of(R"({"backends": {"main": {"state": {"up": 1}}, "other": {"state": {"up": 0}}}})");
  CHECK_TRUE(has(
      text, "\ntorrent_ws_backend_state_up{backend=\"main\"} 1\ntorrent_ws_backend_state_up{backend=\"other\"} 0\n"));
}

TEST(Metrics, LabelsAreEscaped) {
  CHECK_TRUE(has(metrics_of(R"({"version": "1\"\\\n2"})"), R"(torrent_ws_build_info{version="1\"\\\n2"} 1)"));
}

TEST(Metrics, EndsAsItHasTo) {
  const auto text = metrics_of("{}");
  CHECK_TRUE(text.ends_with("\n# EOF\n"));
}
