#include "wamp/clock.hpp"

#include <CppUTest/TestHarness.h>

using tws::wamp::unix_ms_of;
using tws::wamp::utc_text;

TEST_GROUP(Clock){};

TEST(Clock, ReadsWhatItWrites) {
  for (const std::int64_t time : {0L, 999L, 1'000L, 1'790'000'000'001L, 1'790'000'000'577L}) {
    LONGLONGS_EQUAL(time, unix_ms_of(utc_text(time)).value_or(-1));
  }
}

TEST(Clock, ReadsTheFormsOfRfc3339) {
  const std::int64_t noon = unix_ms_of("2026-01-31T12:00:00Z").value_or(-1);
  STRCMP_EQUAL("2026-01-31T12:00:00.000Z", utc_text(noon).c_str());
  for (const char* same : {"2026-01-31T12:00:00.0Z", "2026-01-31T13:30:00+01:30", "2026-01-31T04:00:00-08:00",
                           "2026-01-31T12:00:00.000999Z"}) {
    LONGLONGS_EQUAL(noon, unix_ms_of(same).value_or(-1));
  }
}

TEST(Clock, RefusesWhatIsNoTime) {
  for (const char* none : {"", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z",
                           "2026-13-31T12:00:00Z", "2026-01-31T12:00:00Z ", "2026-01-31T12:00:00.5"}) {
    CHECK_FALSE(unix_ms_of(none).has_value());
  }
}
