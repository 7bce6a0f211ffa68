#include "worker/argument_checks.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "wire/error_uris.hpp"
#include "worker/json_checks.hpp"
#include "worker/session_fields.hpp"
#include "worker/text_checks.hpp"
#include "worker/torrent_fields.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kMaxLine = 8192;
constexpr std::size_t kMaxTrackerList = 65536;

Error wrong(const char* message) { return {message, error_uri::kInvalidArgument}; }

Result<Json> checked(json_t* value, bool good, const char* message) {
  if (!good) {
    return wrong(message);
  }
  return Json::share(value);
}

bool is_from_0_to(const json_t* value, json_int_t last) {
  return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= last;
}

bool is_count(const json_t* value) { return is_from_0_to(value, std::numeric_limits<std::int32_t>::max()); }

bool is_line(const json_t* value) {
  const std::string_view text = string_of(value);
  return json_is_string(value) && !text.empty() && text.size() <= kMaxLine && !has_control_characters(text);
}

// Whether it is a list of names that the predicate knows, none twice: what a daemon answers grows with it.
template <typename Predicate>
bool is_list_of_names(const json_t* value, Predicate is_known) {
  std::set<std::string_view> names;
  return is_list_of(value, [&](const json_t* item) {
    const auto name = string_of(item);
    return is_known(name) && names.insert(name).second;
  });
}

bool is_web_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

bool is_tracker_url(std::string_view text) { return is_web_url(text) || text.starts_with("udp://"); }

// Transmission takes a label so.
std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

// "a/../b" and the like leave the torrent's own folder.
bool has_parent_component(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

}  // namespace

Result<Json> check_boolean(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, json_is_boolean(value), "must be true or false");
}

Result<Json> check_count(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_count(value), "must be an integer from 0");
}

Result<Json> check_speed(json_t* value, const DownloadRoots& /*roots*/) {
  // Transmission counts in bytes, in 32 bits.
  return checked(value, is_from_0_to(value, std::numeric_limits<std::uint32_t>::max() / 1000),
                 "must be an integer from 0 to 4294967 (kB/s)");
}

Result<Json> check_peer_limit(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_from_0_to(value, std::numeric_limits<std::uint16_t>::max()),
                 "must be an integer from 0 to 65535");
}

Result<Json> check_minutes(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_from_0_to(value, std::numeric_limits<std::uint16_t>::max()),
                 "must be an integer from 0 to 65535 (minutes)");
}

Result<Json> check_minute_of_day(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_from_0_to(value, 24 * 60 - 1), "must be an integer from 0 to 1439 (minutes after midnight)");
}

Result<Json> check_weekdays(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_from_0_to(value, 127), "must be a sum of days: Sunday 1, Monday 2, … Saturday 64");
}

Result<Json> check_cache_size(json_t* value, const DownloadRoots& /*roots*/) {
  // In bytes it must fit into 32 bits, with a sign.
  return checked(value, is_from_0_to(value, 2047), "must be an integer from 0 to 2047 (MiB)");
}

Result<Json> check_mode(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_from_0_to(value, 2), "must be 0 (as the session), 1 (of its own) or 2 (unlimited)");
}

Result<Json> check_number(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, json_is_number(value) && json_number_value(value) >= 0, "must be a number from 0");
}

Result<Json> check_priority(json_t* value, const DownloadRoots& /*roots*/) {
  const auto priority = json_integer_value(value);
  return checked(value, json_is_integer(value) && priority >= -1 && priority <= 1, "must be -1, 0 or 1");
}

Result<Json> check_port(json_t* value, const DownloadRoots& /*roots*/) {
  const auto port = json_integer_value(value);
  return checked(value, port >= 1 && port <= std::numeric_limits<std::uint16_t>::max(), "must be a port number");
}

Result<Json> check_text(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_line(value), "must be a string without control characters");
}

Result<Json> check_texts(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_list_of(value, is_line), "must be a list of strings without control characters");
}

Result<Json> check_text_or_nothing(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_line(value) || (json_is_string(value) && json_string_length(value) == 0),
                 "must be a string without control characters");
}

Result<Json> check_labels(json_t* value, const DownloadRoots& /*roots*/) {
  std::set<std::string_view> labels;
  const auto is_label = [&labels](const json_t* item) {
    const std::string_view label = trimmed(string_of(item));
    return is_line(item) && !label.empty() && label.find(',') == std::string_view::npos && labels.insert(label).second;
  };
  return checked(value, is_list_of(value, is_label),
                 "must be a list of different strings without commas and control characters");
}

Result<Json> check_text_or_texts(json_t* value, const DownloadRoots& roots) {
  return json_is_array(value) ? check_texts(value, roots) : check_text(value, roots);
}

Result<Json> check_indices(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_list_of(value, is_count), "must be a list of integers from 0");
}

Result<Json> check_encryption(json_t* value, const DownloadRoots& /*roots*/) {
  const auto word = string_of(value);
  return checked(value, word == "required" || word == "preferred" || word == "tolerated",
                 "must be required, preferred or tolerated");
}

Result<Json> check_transports(json_t* value, const DownloadRoots& /*roots*/) {
  const auto is_transport = [](std::string_view word) { return word == "utp" || word == "tcp"; };
  return checked(value, json_array_size(value) > 0 && is_list_of_names(value, is_transport),
                 "must be a list of utp and tcp, the preferred one first");
}

Result<Json> check_ip_protocol(json_t* value, const DownloadRoots& /*roots*/) {
  const auto word = string_of(value);
  return checked(value, word == "ipv4" || word == "ipv6", "must be ipv4 or ipv6");
}

Result<Json> check_ids(json_t* value, const DownloadRoots& /*roots*/) {
  Json ids(json_array());
  std::set<std::string> hashes;
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(value, index, item) {
    const auto hash = info_hash(string_of(item));
    if (!hash) {
      return wrong("must be a list of info hashes (40 hexadecimal digits)");
    }
    if (hashes.insert(*hash).second) {
      json_array_append_new(ids.get(), json_string(hash->c_str()));
    }
  }
  // Without ids Transmission would do it to all torrents.
  if (json_array_size(ids.get()) == 0) {
    return wrong("must name at least one torrent by its info hash");
  }
  return ids;
}

Result<Json> check_one_id(json_t* value, const DownloadRoots& roots) {
  if (json_array_size(value) != 1) {
    return wrong("must name exactly one torrent by its info hash");
  }
  return check_ids(value, roots);
}

Result<Json> check_directory(json_t* value, const DownloadRoots& roots) {
  const auto directory = roots.admit(string_of(value));
  if (!directory) {
    return wrong("must be an absolute path below one of the configured download roots");
  }
  return Json(json_string(directory->c_str()));
}

Result<Json> check_file_name(json_t* value, const DownloadRoots& /*roots*/) {
  const auto name = string_of(value);
  return checked(value, is_line(value) && name != "." && name != ".." && name.find('/') == std::string_view::npos,
                 "must be a file name without a path");
}

Result<Json> check_file_path(json_t* value, const DownloadRoots& /*roots*/) {
  const auto path = string_of(value);
  return checked(value, is_line(value) && !path.starts_with('/') && !has_parent_component(path),
                 "must be a relative path inside the torrent");
}

Result<Json> check_web_url(json_t* value, const DownloadRoots& /*roots*/) {
  return checked(value, is_line(value) && is_web_url(string_of(value)), "must be an http or https URL");
}

Result<Json> check_torrent_url(json_t* value, const DownloadRoots& /*roots*/) {
  // In exactly this spelling: the daemon takes anything else for the name of a file on its host.
  const auto url = string_of(value);
  return checked(value, is_line(value) && (url.starts_with("magnet:?") || is_web_url(url)),
                 "must be a magnet link, or an http or https URL");
}

Result<Json> check_base64(json_t* value, const DownloadRoots& /*roots*/) {
  const auto text = string_of(value);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  return checked(value, !text.empty() && text.find_first_not_of(kAlphabet) == std::string_view::npos,
                 "must be a .torrent file in base64");
}

Result<Json> check_tracker_changes(json_t* value, const DownloadRoots& /*roots*/) {
  const std::size_t size = json_array_size(value);
  bool good = size > 0 && size % 2 == 0;
  for (std::size_t i = 0; i < size; i += 2) {
    good = good && is_count(json_array_get(value, i)) && is_line(json_array_get(value, i + 1));
  }
  return checked(value, good, "must be a list of a tracker's id, its new URL, and so on");
}

Result<Json> check_tracker_list(json_t* value, const DownloadRoots& /*roots*/) {
  const auto is_url = [](std::string_view line) {
    return line.size() <= kMaxLine && !has_control_characters(line) && is_tracker_url(line);
  };
  const bool fits = json_is_string(value) && string_of(value).size() <= kMaxTrackerList;
  const auto lines = lines_of(fits ? string_of(value) : "");
  return checked(value, fits && std::all_of(lines.begin(), lines.end(), is_url),
                 "must be a text of http, https or udp URLs, one a line, and an empty line between two tiers");
}

Result<Json> check_torrent_fields(json_t* value, const DownloadRoots& /*roots*/) {
  const auto known = [](std::string_view name) { return field_rpc_version(name).has_value(); };
  return checked(value, json_array_size(value) > 0 && is_list_of_names(value, known),
                 "must be a list of torrent-get's fields, each once (torrentFile is not given)");
}

Result<Json> check_session_fields(json_t* value, const DownloadRoots& /*roots*/) {
  const auto visible = [](std::string_view name) { return session_field_rpc_version(name).has_value(); };
  return checked(value, is_list_of_names(value, visible),
                 "must be a list of session-get's fields, each once (script-*, config-dir, session-id, blocklist-url, "
                 "default-trackers are not given)");
}

}  // namespace tws::worker
