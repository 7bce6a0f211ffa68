// Tails: what one event tells as a worker wrote it (docs/worker-protocol.md, "tail"), and how the loop makes an event's
// kwargs of it: it writes a head in front and looks into none. No thread affinity.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "support/json.hpp"
#include "wamp/serializer.hpp"
#include "wire/job_frame.hpp"

namespace tws {

// The formats in which an event of torrents can be had.
inline constexpr std::array<const char*, 2> kFormats = {"object", "table"};

// How torrents are written: in which format, and in which serializer.
struct Form {
  std::string format;
  wamp::Serializer serializer = wamp::Serializer::kJson;

  bool operator<(const Form& other) const {
    return std::tie(format, serializer) < std::tie(other.format, other.serializer);
  }
};

// {"format": …, "serializer": …}
Json to_json(const Form& form);
// Nothing: no form that this server knows.
std::optional<Form> form_of(const json_t* named);

// One event's tail, in each form that was asked for.
using Tails = std::map<Form, std::string>;

// Those of a frame whose header's `tails` names them one behind the other. Nothing: the body is shorter than it says.
std::optional<Tails> tails_of(const JobFrame& frame);

// `torrents`, `removed` and `session`: what a tail of the list has.
inline constexpr std::size_t kListMembers = 3;
// More pairs than that no kwargs have.
inline constexpr std::size_t kMostMembers = 0xFFFF;

// Deltas are kept for late subscribers until they weigh as much as the snapshot and this, or are many, as each of those
// is sent every one: then the worker is asked for another snapshot. Asked with each delta.
inline constexpr std::size_t kLeastDeltaBytes = 64UL << 10;
inline bool are_too_many(std::size_t deltas, std::size_t bytes, std::size_t bytes_of_snapshot) {
  constexpr std::size_t kManyDeltas = 100;
  return deltas % kManyDeltas == 0 || bytes > kLeastDeltaBytes + bytes_of_snapshot;
}

// The kwargs of an event: `head`, a dictionary, and the tail's members, of which there is at least one; both together
// are at most kMostMembers.
std::string with_tail(wamp::Serializer serializer, const wamp::Value& head, std::string_view tail,
                      std::size_t members = kListMembers);
// A tail of the list in a form that the worker did not write, made of the JSON one. It takes long for a whole list:
// some 240 ms where it has 10,000 torrents.
std::string transcoded(const Form& form, const Tails& tails);
// The same kwargs out of one event's tails, transcoded if need be.
std::string event_kwargs(const Form& form, const wamp::Value& head, const Tails& tails);
// The same of an event that tells of no torrents.
wamp::Value without_torrents(wamp::Value head, std::string_view format);
// `head`, of at most twelve members, and one member more: a list of values that are encoded already.
std::string with_list(wamp::Serializer serializer, const wamp::Value& head, std::string_view name,
                      const std::vector<std::string>& items);

}  // namespace tws
