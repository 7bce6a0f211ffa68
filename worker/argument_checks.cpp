#include "worker/argument_checks.hpp"

#include <algorithm>
#include <limits>

#include "wire/error_uris.hpp"
#include "worker/session_fields.hpp"
#include "worker/text_checks.hpp"
#include "worker/torrent_fields.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kMaxLine = 8192;

Error wrong(const char* message) { return {message, error_uri::kInvalidArgument}; }

Result<Json> checked(json_t* value, bool good, const char* message) {
  if (!good) {
    return wrong(message);
  }
  return Json::share(value);
}

bool is_count(const json_t* value) {
  return json_is_integer(value) && json_integer_value(value) >= 0 &&
         json_integer_value(value) <= std::numeric_limits<std::int32_t>::max();
}

bool is_line(const json_t* value) {
  const std::string_view text = string_of(value);
  return json_is_string(value) && !text.empty() && text.size() <= kMaxLine && !has_control_characters(text);
}

template <typename Predicate>
bool is_list_of(const json_t* value, Predicate predicate) {
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(value, index, item) {
    if (!predicate(item)) {
      return false;
    }
  }
  return json_is_array(value);
}

bool is_web_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

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

Result<Json> check_ids(json_t* value, const DownloadRoots& /*roots*/) {
  Json ids(json_array());
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(value, index, item) {
    const auto hash = info_hash(string_of(item));
    if (!hash) {
      return wrong("must be a list of info hashes (40 hexadecimal digits)");
    }
    json_array_append_new(ids.get(), json_string(hash->c_str()));
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

Result<Json> check_torrent_fields(json_t* value, const DownloadRoots& /*roots*/) {
  const auto known = [](const json_t* name) { return field_rpc_version(string_of(name)).has_value(); };
  return checked(value, json_array_size(value) > 0 && is_list_of(value, known),
                 "must be a list of torrent-get's fields (torrentFile is not given)");
}

Result<Json> check_session_fields(json_t* value, const DownloadRoots& /*roots*/) {
  const auto visible = [](const json_t* name) { return is_visible_session_field(string_of(name)); };
  return checked(
      value, is_list_of(value, visible),
      "must be a list of session-get's fields (script-*, config-dir, session-id, blocklist-url are not given)");
}

}  // namespace tws::worker
